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
            "Why do the tape and the sensitivity equations agree to rounding here?",
            right="The same solver on the same grid: differentiating the step is stepping the derivative",
            why="A Runge-Kutta step is sums and calls of f; both ways do the same sums.",
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
                "Truncation: the curve is not a parabola": "Truncation shrinks with eps: it is the "
                "right arm of the V.",
                "The solver's step is too large": "Then the trajectory would be off, at every eps.",
            },
        ),
        Recall(
            "BFGS stops at a slope of zero, with a misfit of 17 where 2 is possible. What do you look "
            "at first?",
            right="The fitted rates: has one of them run away?",
            why="Where a rate vanishes, its slope by the logarithm vanishes too: a stop, but no valley.",
            wrong={
                "The digits of the gradient": "They are good to rounding. It is the place that is bad.",
                "The number of steps: it needs more": "More steps, or a smaller `tol`, only drive a "
                "runaway further.",
            },
        ),
        Recall(
            "Another fit stops at 16. Its rates are sensible, and all six eigenvalues of the Hessian "
            "are positive. What can help?",
            right="Fit the first few years, then let the window grow",
            why="It is the floor of a false valley. The short record has no ridge in the way.",
            wrong={
                "Smaller steps downhill from there": "On a floor every small step leads uphill.",
                "Forward mode instead of reverse": "Both give the same gradient, and it is zero here.",
            },
        ),
    ],
)
