"""Chapter 16: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "right/quiz",
    [
        Recall(
            "In a thousand simulations the ranks of the truth are level. What do you know?",
            right="That the stated intervals are honest, if nature is the simulator",
            why="Ranks compare the method with its own simulator, and with nothing else.",
            wrong={
                "That the posterior is exact": "A method that never looks at the data has level ranks too.",
                "That the model is right": "Nature took no part in the test.",
            },
        ),
        Recall(
            "Most truths have the lowest rank. What is the method's fault?",
            right="Its draws are too high",
            why="A low rank says that few draws lie below the truth.",
            wrong={
                "Its draws are too low": "Then nearly all draws would lie below the truth: a high rank.",
                "It is too narrow": "Then both ends would be full.",
            },
        ),
        Recall(
            "Two methods have level ranks. How do you choose?",
            right="By the log score on the same simulations",
            why="Among honest answers, the one that says more scores more.",
            wrong={
                "It does not matter": "One of them may be the prior.",
                "By the narrower intervals": "Narrow is good only if honest. The score asks for both.",
            },
        ),
        Recall(
            "A classifier tells draws of your method from exact ones in 58 % of the cases. And?",
            right="They differ a little: 50 % would be none that it can see",
            why="Half is what a guess gets. Another classifier may see more.",
            wrong={
                "58 % of the draws are right": "It says how well two heaps are told apart.",
                "They are the same, but for chance": "Repeat it with two heaps of exact draws before you say so.",
            },
        ),
        Recall(
            "A predictive check of the scatter of the readings passes. Which fault may still be there?",
            right="All readings are too high by the same amount",
            why="A check sees what its number sees. A shift leaves the scatter as it was.",
            wrong={
                "A few wild readings": "Those widen the scatter.",
                "None: the check has passed": "Each number is blind to something.",
            },
        ),
    ],
)
