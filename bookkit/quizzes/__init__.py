"""The questions at the end of each chapter, one file a chapter."""
