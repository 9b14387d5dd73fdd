"""Chapter 15: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "alfi/quiz",
    [
        Recall(
            "Why may a constant be taken off f in the score-function gradient?",
            right="Because the score has mean zero under q",
            why="A constant times a mean of zero is zero: the mean stays, the noise changes.",
            wrong={
                "Because f is only known up to a constant": "It is known; it would be allowed anyway.",
                "Because the proposal is Gaussian": "It holds for every q that is smooth in psi.",
            },
        ),
        Recall(
            "On its own training problems, how did the learned optimiser of this page do?",
            right="Better than tuned gradient descent, worse than tuned Adam",
            why="4000 iterations of training; more may change it, and we print what we measured.",
            wrong={
                "Better than both": "The paper reports this; our run did not reach it.",
                "Worse than both": "Gradient descent with one rate is held back by the steepest problem.",
            },
        ),
        Recall(
            "The machine's loss is the mean of -log q at the true parameter. What is its minimum?",
            right="The posterior, or the member of the family closest to it",
            why="Every pair (theta, x) is a draw from the joint; that is neural posterior estimation.",
            wrong={
                "The maximum-likelihood estimate": "A point has no width; q would be punished for it.",
                "The prior": "Only if the data say nothing.",
            },
        ),
        Recall(
            "Ranks of calibration pile up at 0 and at 19. What is wrong with the posterior?",
            right="It is too narrow",
            why="The truth falls outside the draws too often, on both sides.",
            wrong={
                "It is too wide": "Then ranks pile up in the middle.",
                "It is biased": "Then they pile up at one end.",
            },
        ),
        Recall(
            "When did it pay to run the simulator again at inference?",
            right="When the program had changed since training",
            why="Only fresh simulations know of the change; on the old program they added nothing.",
            wrong={
                "Always: more simulations, more information": "The data hold it all; the table shows no gain.",
                "On the ridge, to separate E and G": "Nothing separates them.",
            },
        ),
    ],
)
