"""Chapter 5: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "solver/quiz",
    [
        Recall(
            "Ten Euler steps give du/dtheta = 2.358 where the equation has 2.718. What is wrong?",
            right="Nothing: it is the exact derivative of what the program computes",
            why="The program is an approximation, so its derivative is one too, of the same order.",
            wrong={
                "Rounding in reverse mode": "Rounding is sixteen digits away; the gap is 13 %.",
                "The engine drops terms of order h squared": "It drops none; Euler's method did.",
            },
        ),
        Recall(
            "A model has 2 states and 1000 parameters; you need the gradient of one loss. Which mode?",
            right="Reverse: one walk back for all parameters",
            why="Forward mode would carry one tangent for each parameter: a thousand extra runs.",
            wrong={
                "Forward: it needs no memory": "True, but it needs a thousand runs.",
                "Finite differences: only two runs": "Two runs for each parameter: two thousand.",
            },
        ),
        Recall(
            "Why do unrolling and the sensitivity equations agree to rounding here?",
            right="The same solver on the same grid: differentiating the step is stepping the derivative",
            why="A Runge-Kutta step is sums and calls of f; both roads do the same sums.",
            wrong={
                "Both converge as h goes to zero": "They do, but here they agree at any h.",
                "Lotka-Volterra is a special equation": "It holds for every f that can be differentiated.",
            },
        ),
        Recall(
            "You make eps ten times smaller, and the finite difference gets worse. Why?",
            right="Cancellation: two nearly equal numbers are subtracted",
            why="The digits that differ run out; that is the left arm of the V.",
            wrong={
                "Truncation: the curve is not a line": "Truncation shrinks with eps: the right arm.",
                "The solver's step is too large": "Then the trajectory would be off, at every eps.",
            },
        ),
        Recall(
            "BFGS stops with a zero gradient and a misfit of 17. What do you do first?",
            right="Fit a shorter window, or start elsewhere",
            why="The gradient is right and says: bottom of a valley. It cannot say that another is deeper.",
            wrong={
                "Compute the gradient more exactly": "It is exact; that is not what is missing.",
                "Run BFGS for longer": "Its gradient is zero: it will stay.",
            },
        ),
    ],
)
