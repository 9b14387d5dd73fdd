"""Chapter 12: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "space/quiz",
    [
        Recall(
            "Why do cotangents diffuse on their way back?",
            right="What cell i gives its neighbour j, j gives to i: the matrix is its own transpose",
            why="With closed ends and equal cells it is symmetric, also where D varies from border to border.",
            wrong={
                "Because heat can be run backwards": "It cannot. The cotangent is another quantity, with an end of its own to start from.",
                "Because the loss is smooth": "The loss only says where the walk begins.",
            },
        ),
        Recall(
            "You halve the width of the cells of a rod and keep Euler's method. How much more work is it?",
            right="Eight times",
            why="Twice the cells, and four times the steps.",
            wrong={
                "Twice": "That counts the cells. The longest step has shrunk to a quarter.",
                "Four times": "That counts the steps. There are twice as many cells as well.",
            },
        ),
        Recall(
            "A front has grown for a time t with rt = 10. Its speed is still a tenth below 2√(rD). Why?",
            right="It is pulled by its thin tip, and the tip takes long to form",
            why="It falls short by about 3/(4rt), and at early times by a little more.",
            wrong={
                "The grid is too coarse": "A coarse grid makes it faster, not slower.",
                "The population has filled the space": "Behind the front it has. The front does not know.",
            },
        ),
        Recall(
            "Twenty late positions of a front have been measured very well. What do you know of r and D?",
            right="Their product",
            why="All of them lie on one line, and its slope is 2√(rD). The shape of the front is what tells the rest.",
            wrong={
                "Both: twenty numbers for two unknowns": "Twenty numbers that all say the same thing.",
                "Nothing without the capacity": "The speed does not ask for it.",
            },
        ),
        Recall(
            "Why was the pattern tuned by the centroid of its spectrum, and not by its highest peak?",
            right="The peak jumps from one box of the grid to the next, and has the slope zero in between",
            why="The centroid is an average; it moves when the pattern does.",
            wrong={
                "The centroid is nearer to linear theory": "It is not asked to be. Linear theory was off by up to a third.",
                "The peak costs more": "It costs the same transform.",
            },
        ),
    ],
)
