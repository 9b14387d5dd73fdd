"""Chapter 10: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "gene_clock/quiz",
    [
        Recall(
            "A protein is lost at 900 a day. Why does the exponential step bear h = 1/100 of a day, and Euler's does not?",
            right="It solves the loss exactly, so nothing can overshoot",
            why="Euler's step multiplies by 1 − 9 = −8, again and again. The exponential step multiplies by e to the minus 9.",
            wrong={
                "It takes smaller steps inside": "It takes one. What is fast is solved by formula.",
                "It is of a higher order": "Order says how fast errors shrink for small steps; Heun's step is of order two as well, and explodes.",
            },
        ),
        Recall(
            "A trained clock is right to minutes with the solver it was trained with, and hours off with a finer step. What has happened?",
            right="It learned the errors of the solver along with the day",
            why="A loss sees the program, not the equation. Train, or at least judge, with a finer step.",
            wrong={
                "The finer step is less exact": "It errs less. The clock was tuned to the coarse step's period.",
                "It was trained on too few skies": "More skies would have been run with the same step.",
            },
        ),
        Recall(
            "Why is f of the thermodynamic law a softmax?",
            right="Each state of the promoter has Boltzmann's weight, and f is their weighted mean",
            why="The weights are exponentials of a sum of energies; divided by their sum they are a softmax.",
            wrong={
                "Because it was trained by gradient": "The law is older than its training; the shape is that of statistical physics.",
                "To keep f smooth": "A product of Hill functions is smooth too.",
            },
        ),
        Recall(
            "Kicks of size √u per square root of a day are used for molecules that live a tenth of a day. Compared with the chemistry they are",
            right="too quiet",
            why="Turnover of u molecules at a rate of 10 a day makes kicks of the square root of 20 u. The rate is missing.",
            wrong={
                "too loud": "That would be so for molecules that live longer than two days.",
                "right: √u is the noise of counts": "√u is the spread at rest. The kicks that keep it up need a rate.",
            },
        ),
        Recall(
            "A clock runs in the light every day, 12 minutes off at each dawn. What does that say about its period in the dark?",
            right="Little: the light corrects it daily",
            why="At balance, daily drift equals daily correction. Only darkness, or a warm cell, shows the drift.",
            wrong={
                "It is 24 h 12 min": "The error does not grow by 12 minutes a day; it stays at 12 minutes.",
                "It is exactly 24 h": "Then nothing would hold it 12 minutes from dawn.",
            },
        ),
    ],
)
