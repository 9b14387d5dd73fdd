"""Chapter 8: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "pelts/quiz",
    [
        Recall(
            "A neural ODE follows ninety years of pelts far better than a sinusoid. What have you learnt about its forecasts?",
            right="Nothing yet",
            why="Following and forecasting are two questions; in the table those who follow best forecast worst.",
            wrong={
                "They will beat the sinusoid's too": "Look at the record: the best followers have negative skill.",
                "They are calibrated": "A sum of squares over the past says nothing about bands.",
            },
        ),
        Recall(
            "You smooth the whole series, then cut off the last thirty years for testing. What is wrong?",
            right="The last training years contain the first test years",
            why="A filter mixes neighbours across the cut. Cut first.",
            wrong={
                "Nothing: the test years are not fitted": "Not directly, but the filter has carried them over.",
                "The filter makes the test too hard": "It makes it too easy.",
            },
        ),
        Recall(
            "A wave of the right period and height, two years late in ten. Its skill?",
            right="Below zero: a flat line does better",
            why="Two years in ten are 72 degrees, and the skill is 2 cos 72 - 1 = -0.38.",
            wrong={
                "About 0.8: it is late by a fifth only": "The error of a wave grows faster than that.",
                "Zero": "Zero is at 60 degrees, 1.7 years in ten.",
            },
        ),
        Recall(
            "A 90 % band held all of the held-out years. Good news?",
            right="Not quite: it is too wide, or the years were kind",
            why="A calibrated band misses one year in ten.",
            wrong={
                "Yes, the more the better": "Then make it infinite; it will hold everything and say nothing.",
                "No, the forecast must be biased": "Bias would push years out of the band.",
            },
        ),
        Recall(
            "Why was every loss computed once more with an adaptive solver?",
            right="A fit can satisfy the solver's steps and not the equation",
            why="Least squares uses every freedom it has, and the error of a coarse step is one.",
            wrong={
                "Adaptive solvers give better gradients": "Gradients were not recomputed, only the loss.",
                "RK4 is wrong for tanh": "It is of order four there as elsewhere; the step was too long.",
            },
        ),
    ],
)
