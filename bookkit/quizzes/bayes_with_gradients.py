"""Chapter 13: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "bayes/quiz",
    [
        Recall(
            "A throw ends where the energy is higher by 0.7 than at its start. What happens?",
            right="The end is accepted with probability 0.5",
            why="The probability is the exponential of minus the error, at most 1; exp(−0.7) is 0.50.",
            wrong={
                "It is refused: energy must not rise": "Then the chain would only ever sink, and would not sample at all.",
                "It is accepted: the error is small": "A coin decides. Always accepting samples something else.",
            },
        ),
        Recall(
            "On a Gaussian a path of 10 steps has an error of 0.2 in its energy. What would 1,000 steps have?",
            right="An error of the same size: it depends on where the path ends only",
            why="Leapfrog keeps another energy exactly, and the two differ by a function of the place.",
            wrong={
                "About 20: errors add up": "Those of Euler's method would. A symplectic one does not drift.",
                "About 2: they add up like a random walk": "Nothing adds up. The error is a function of the place.",
            },
        ),
        Recall(
            "A posterior has standard deviations from 0.01 to 10. Which of them limits the leapfrog step?",
            right="0.01: the step must stay below twice that",
            why="The limit is 2 over omega, and omega is one over the standard deviation.",
            wrong={
                "10: the ball has far to go": "That sets the number of steps. Their length is set by the narrowest.",
                "The average of them": "One unstable direction is enough to lose the ball.",
            },
        ),
        Recall(
            "Four chains have an R-hat of 1.00 and 4,000 effective draws. What do you know?",
            right="That they agree; not that there is no other mode, nor that the model is right",
            why="R-hat compares only what was visited. Start far apart, and test predictions.",
            wrong={
                "That the posterior is right": "Of the sampler you know that it agrees with itself.",
                "That the model fits": "A wrong model has a posterior too, and chains that agree about it.",
            },
        ),
        Recall(
            "Langevin dynamics without an accept step is run with half its step. What becomes of the bias of the variance?",
            right="It falls to about a quarter",
            why="The variance is too large by about h² omega² / 4.",
            wrong={
                "It falls to a half": "The step stands in the formula with a square.",
                "It stays: bias does not depend on the step": "As the step goes to zero the bias goes away, and so does all speed.",
            },
        ),
        Recall(
            "Ranks of true values among posterior draws pile up at both ends, 0 and the largest. What is wrong?",
            right="The posterior is too narrow",
            why="The truth lies outside of the draws too often, on either side.",
            wrong={
                "The posterior is too wide": "Then the truth would be in the middle too often: a hump.",
                "The posterior is shifted": "That fills one end only.",
            },
        ),
    ],
)
