"""What both processes share, and the student's half: the only part of the grader it may read."""
