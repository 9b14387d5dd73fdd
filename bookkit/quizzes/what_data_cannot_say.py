"""Chapter 9: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "data_cannot_say/quiz",
    [
        Recall(
            "What does one count add to the Fisher information of two parameters?",
            right="A matrix of rank one: it fixes one mixture of the two",
            why="Slope times slope over the variance: a strip in the plane, without ends.",
            wrong={
                "Its variance, on the diagonal": "The variance divides; the slopes say where it goes.",
                "A small ellipse": "An ellipse needs a second strip at an angle.",
            },
        ),
        Recall(
            "Ten times as many of the same measurements, all else equal. What becomes of a needle-like ellipse?",
            right="It shrinks and stays as thin in proportion",
            why="F is multiplied by ten: the same eigenvectors, and the same ratio of eigenvalues.",
            wrong={
                "It becomes round": "Only measurements with other slopes turn strips.",
                "It stays as it is": "Each standard error falls by the root of ten.",
            },
        ),
        Recall(
            "A smallest eigenvalue is zero to rounding with ten data, and with ten thousand. What helps?",
            right="Measuring something else, or one parameter fewer",
            why="That is structural: different parameters give exactly the same data.",
            wrong={
                "Ten million data": "They are the same for both settings of the parameters.",
                "A better optimiser": "There is nothing to find: the valley's floor is flat.",
            },
        ),
        Recall(
            "A profile stays below the threshold to the left, as far as one looks. What do you report?",
            right="An interval that is open on that side",
            why="All smaller values are as good. The ellipse would give a number, and it would mean nothing.",
            wrong={
                "The standard error of the ellipse": "Each parameter has one, whether or not the profile closes.",
                "That the fit has failed": "The fit is fine; the data leave this open.",
            },
        ),
        Recall(
            "Intervals that assume Poisson counts are computed from counts that scatter more. How often do they hold the truth?",
            right="Much less often than they claim",
            why="About half the time in this chapter, for a claim of 95 per cent: they are too short.",
            wrong={
                "As often as they claim, if the model's curve is right": "The curve was right. The noise was not.",
                "More often: larger scatter, longer intervals": "The assumed noise sets their length, not the true one.",
            },
        ),
        Recall(
            "Which measurement is D-optimal?",
            right="Where the prediction is most uncertain, compared with the noise there",
            why="One count multiplies the determinant by 1 plus just that ratio.",
            wrong={
                "Where the count is largest": "All settings that fit the past may agree there.",
                "Where the noise is smallest": "Only if there is something to learn: slopes matter, too.",
            },
        ),
    ],
)
