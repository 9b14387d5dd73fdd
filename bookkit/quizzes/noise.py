"""Chapter 11: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "noise/quiz",
    [
        Recall(
            "A cell holds 25 molecules of a protein on average, made and lost independently. By how much does their number stray from the mean?",
            right="By about 20 %",
            why="One over the square root of 25.",
            wrong={
                "By about 4 %": "That is one over 25. Independent events cancel with the square root only.",
                "It depends on the rates alone": "The rates set how fast it strays; how far is set by the number.",
            },
        ),
        Recall(
            "Which derivative needs no slope of the loss?",
            right="The score function's: the loss is only evaluated",
            why="The outcome is held, so the loss is a number; only its chance depends on the parameter.",
            wrong={
                "The pathwise one: the noise is held": "With the noise held, the outcome moves, and the slope of the loss is its first factor.",
                "Neither": "One of the two holds the outcome, and with it the loss.",
            },
        ),
        Recall(
            "A difference of two simulated means scatters wildly. What is the first thing to try?",
            right="Give both runs the same noise",
            why="The noise then cancels, and the quotient settles as the change gets smaller.",
            wrong={
                "A smaller change of the parameter": "With noise of their own in the two runs that makes it worse, like one over the change.",
                "A better solver": "The scatter is chance, not error of the method.",
            },
        ),
        Recall(
            "An engine says that the mean of your simulated counts has slope 0 in every rate. Why?",
            right="Counts are staircases: between jumps they have no slope",
            why="The change of the mean is made by the jumps. Hold the outcome, or make the model smooth.",
            wrong={
                "The rates do not matter": "They may matter greatly; a pathwise derivative of a count is always 0.",
                "More runs are needed": "The mean of a thousand staircases has slope 0 almost everywhere, too.",
            },
        ),
        Recall(
            "Someone samples with kicks of size √ε instead of √(2ε), in tiny steps. What do they get?",
            right="Half of the variance",
            why="Selection and kicks balance where the variance is the square of the kick over twice the step.",
            wrong={
                "The right variance, more slowly": "The balance itself has moved; waiting does not help.",
                "A chain that does not mix": "It mixes, and looks healthy. It samples a density twice as steep.",
            },
        ),
    ],
)
