"""Chapter 1: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "gradients/quiz",
    [
        Recall(
            "A model has 500 parameters; one run takes a second. How long does its gradient take?",
            right="A few seconds: most of the work is shared by all slopes",
            why="The engine's printed programs had two and a half times the operations, for 10 or "
            "1,000 parameters.",
            wrong={
                "About 500 seconds: one run for each parameter": "That is nudging. The chain rule "
                "shares the work.",
                "It depends on the loss: a few seconds only if it is a bowl": "The price holds for "
                "any program. What depends on the loss is how many steps you need.",
            },
        ),
        Recall(
            "An evolution strategy needs 5,000 evaluations for 300 parameters. About how many for "
            "3,000, on a bowl of the same shape?",
            right="50,000",
            why="Its cost grew like \\(p\\) to the power 1.0 in our race.",
            wrong={
                "5,000: it only compares": "A comparison is one yes or no, and there are ten times "
                "as many directions.",
                "500,000": "That would be the square. It keeps what it has gained.",
            },
        ),
        Recall(
            "The race gave slope 0 for gradient descent. What was held fixed?",
            right="The shape of the bowl: its largest and smallest curvature",
            why="A longer, narrower bowl takes more steps, in any number of dimensions.",
            wrong={
                "The number of evaluations": "Those were counted; they are the result.",
                "Nothing: a gradient never minds the dimension": "Its price does not. Its number of "
                "steps follows the shape.",
            },
        ),
        Recall(
            "Shares \\((\\tfrac12, \\tfrac12)\\), fitness \\((1, 3)\\), trait \\((0, 1)\\). By how much does "
            "the mean trait rise?",
            right="By 1/4",
            why="The covariance is \\(1.5 - 2 \\cdot 0.5 = 0.5\\), divided by a mean fitness of 2.",
            wrong={
                "By 1/2": "That is the covariance. Divide it by the mean fitness, 2.",
                "To 3/4, so by 3/4": "3/4 is the new mean; it was 1/2.",
            },
        ),
        Recall(
            "Which part does mean fitness play when the same sum is read as Bayes' rule?",
            right="The evidence: the probability of the data under the prior",
            why="It is what the products of prior and likelihood add up to.",
            wrong={
                "The posterior": "The posterior is the new shares.",
                "The likelihood": "The likelihood is the fitness of one type; this is its mean.",
            },
        ),
        Recall(
            "All members of a population are alike, on a steep fitness slope. What does selection do?",
            right="Nothing: covariance times slope is zero",
            why="A gradient descent would move, for its step length is lent to it.",
            wrong={
                "It climbs, along the gradient": "Whom should it choose? There is no variance.",
                "It climbs more slowly": "Not at all, until a mutation brings variance.",
            },
        ),
    ],
)
