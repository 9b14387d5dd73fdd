"""Chapter 2: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "three_ways/quiz",
    [
        Recall(
            "You divide the step of a forward difference by ten, and its error grows tenfold. Which arm of the V is it?",
            right="The left one: round-off, divided by a smaller step",
            why="The two values are off by a fixed rounding; dividing by h magnifies it.",
            wrong={
                "The right one: truncation": "Truncation shrinks with the step: by ten, here.",
                "Neither: the function has a kink there": "A kink gives a wrong slope, the same at every step.",
            },
        ),
        Recall(
            "Why is the right arm of a central difference twice as steep?",
            right="The second derivative cancels; the third is left, with h squared",
            why="For a parabola it is exact. So its error is not about bending, but about the change of bending.",
            wrong={
                "It uses two values instead of one": "A forward difference uses two values as well.",
                "Its step is twice as long": "That would shift the arm, not make it steeper.",
            },
        ),
        Recall(
            "The formula for the slope after nine years had over 20,000 operations, the tape 27 entries. What is the difference?",
            right="The formula writes a value out wherever it is used; the tape stores it once",
            why="That is why SymPy's shared form, a list of intermediate results, is short again.",
            wrong={
                "The tape is an approximation": "It is exact to rounding, as the check with fractions shows.",
                "SymPy did not simplify": "Expanded, it still has 503 terms, and each further year doubles them.",
            },
        ),
        Recall(
            "Where does the product rule come from in dual numbers?",
            right="From multiplying out, with epsilon squared struck out",
            why="Nobody put it in: a d and b c are what stands beside epsilon.",
            wrong={
                "It is programmed into Dual as a rule of calculus": "The class only multiplies out a pair.",
                "From a small step h in disguise": "There is no step, hence no truncation.",
            },
        ),
        Recall(
            "A model has 3 rates and 200 outputs. A second has 200 rates and 1 output. For which is forward mode made?",
            right="For the first: a run for each input, and all outputs at once",
            why="Three runs. For the second it would be 200, and chapter 3 does it in one.",
            wrong={
                "For the second: one output is easy": "The price is per input, so 200 runs.",
                "For both alike": "Three runs against 200.",
            },
        ),
        Recall(
            "The exact slope of the catch by the limit is 0, at nearly every limit. What does that tell the fishery?",
            right="Only that no decision changes for a tiny change of the limit",
            why="The catch is a staircase. Its steps are where the dependence is, and no slope sees them.",
            wrong={
                "That the limit does not matter": "Four limits gave four catches.",
                "That the engine has a fault": "The slope of a staircase is 0 between its edges.",
            },
        ),
    ],
)
