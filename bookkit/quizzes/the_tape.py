"""Chapter 3: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "the_tape/quiz",
    [
        Recall(
            "A number is used by three operations. What is its cotangent?",
            right="The sum of three payments, each a user's cotangent times a local slope",
            why="Ways that meet add up. Along one way slopes multiply.",
            wrong={
                "The payment of the last user": "All three users pay, also the earlier ones.",
                "The product of the three local slopes": "Slopes multiply along one way, not across ways.",
            },
        ),
        Recall(
            "Why may the walk back go through the tape from the end, once?",
            right="All users of a number come later on the tape, so they have paid before its turn",
            why="The order of computing is the order that is needed, reversed. Nothing has to be sorted.",
            wrong={
                "Because each number is used once": "Then the graph would be a chain; it need not be.",
                "It may not: it has to be repeated until nothing changes": "One walk is enough, for the order is right.",
            },
        ),
        Recall(
            "A model has 10,000 rates and one misfit. About how many runs does its gradient cost in reverse mode?",
            right="A handful, as for ten rates",
            why="Each operation is paid back once, at one multiplication and addition for each pair.",
            wrong={
                "10,000": "That is the price of forward mode, or of differences.",
                "Two: exactly one forwards and one backwards": "The walk back does somewhat more than the run: you measured the ratio.",
            },
        ),
        Recall(
            "What does reverse mode pay with?",
            right="Memory: the whole run must be kept until the walk back",
            why="The local slopes are needed from the last to the first.",
            wrong={
                "Accuracy: the slopes are approximate": "They are exact to rounding.",
                "Generality: loops are not allowed": "The tape sees a loop as what it did: more entries.",
            },
        ),
        Recall(
            "An engine keeps references to arrays, and the program changes one in place before the walk back. What happens?",
            right="A wrong slope, without a word",
            why="The local slope of a product is the value of the other factor, and that has changed.",
            wrong={
                "An error message": "A good engine gives one; the arithmetic itself does not notice.",
                "Nothing: values are not needed on the way back": "They are: a product's slopes are values.",
            },
        ),
    ],
)
