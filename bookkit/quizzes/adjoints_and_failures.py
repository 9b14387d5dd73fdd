"""Chapter 6: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "adjoints/quiz",
    [
        Recall(
            "The discrete and the continuous adjoint differ in the sixth digit. Which of them is wrong?",
            right="Neither: one is the gradient of the program, the other approximates that of the equation",
            why="They differ by the error of the solver, and meet as the steps get shorter.",
            wrong={
                "The discrete one: it depends on the step": "So does the program whose exact derivative it is.",
                "The continuous one: it forgets the error of the solver": "It is solved with an error of its own, of the same order.",
            },
        ),
        Recall(
            "A run has 10,000 steps. With the best single layer of checkpoints, about how many states are held?",
            right="200",
            why="100 first states and 100 inside the segment that is walked back.",
            wrong={
                "100": "Those are the first states alone; a whole segment is held as well.",
                "5,000": "That is what two segments would hold. A hundred segments hold far less.",
            },
        ),
        Recall(
            "A protein decays at 5 an hour. Why can its state of ten hours ago not be computed from today's?",
            right="The difference that it made is below the last digit of today's value",
            why="The factor is e to the minus 50; a float has sixteen digits.",
            wrong={
                "The solver has no negative steps": "It has, and every one of them is computed without complaint.",
                "The equation cannot be reversed": "It can, in exact arithmetic. It is the forgetting that cannot.",
            },
        ),
        Recall(
            "A program counts steps until a threshold is crossed. What is the derivative of the count?",
            right="Zero, wherever it has one",
            why="A count is a staircase. Define the time by the state at the event, and differentiate that.",
            wrong={
                "Minus the slope of the curve": "That belongs to the time that the state defines, not to a count.",
                "It depends on the engine": "Every engine that is right says zero.",
            },
        ),
        Recall(
            "The misfit of a chaotic model over a long record has dozens of valleys. What helps?",
            right="Shorter pieces that start from what was observed",
            why="Within a piece differences stay small, and one valley is left.",
            wrong={
                "A gradient with more digits": "It is exact already. It points into the wrong valley, exactly.",
                "A longer record": "That makes more valleys.",
            },
        ),
    ],
)
