"""Chapter 14: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "simulators/quiz",
    [
        Recall(
            "Why is the likelihood of a path of hares and lynx hard, when each event has a simple rate?",
            right="The same two censuses can be joined by very many sequences of events",
            why="The likelihood is the sum over all of them; every one is simple.",
            wrong={
                "The rates change with the numbers": "Each step's rate is known. It is the number of ways that explodes.",
                "Random programs have no likelihood": "They have one. It is an integral that nobody can do.",
            },
        ),
        Recall(
            "The tolerance of rejection ABC is made ever larger. What does it sample in the end?",
            right="The prior",
            why="In the end every run is close enough, and nothing has been learned.",
            wrong={
                "The posterior, with more draws": "More draws, yes, but of something wider than the posterior.",
                "The likelihood": "Draws come from the prior; a tolerance only refuses some.",
            },
        ),
        Recall(
            "What does a natural evolution strategy ask of the distance that it lowers?",
            right="Its value at parameters drawn from the proposal, and nothing else",
            why="The derivative falls on the proposal's density, which we chose ourselves.",
            wrong={
                "Its derivative in the parameters": "That is what it does without.",
                "That it is smooth": "It may have jumps: its mean over the proposal is smooth.",
            },
        ),
        Recall(
            "A search with a proposal has ended with a narrow one. What does the width say?",
            right="How far the search has closed in",
            why="Nothing in the search ties the width to what the data leave open.",
            wrong={
                "How sure the data make us": "That is what a posterior says. This is a search.",
                "The standard error": "Nothing in the search knows the error of the data.",
            },
        ),
        Recall(
            "A neuron with the true conductances is run twice, with its own noise each time. The two voltages are far apart. What follows?",
            right="The voltage itself is a poor thing to compare",
            why="A spike that comes a little late makes a large gap. Counts, means and heights hardly change.",
            wrong={
                "The conductances are wrong": "They are the true ones, in both runs.",
                "The model is wrong": "Both runs came from the same program.",
            },
        ),
        Recall(
            "No run of a program at any kept parameter looks like the data in one respect. What now?",
            right="Doubt the program, or how the data were collected",
            why="A posterior says which parameters are best *within* the model, even if none is good.",
            wrong={
                "Lower the tolerance": "A finer choice among parameters that all fail.",
                "Leave that statistic out": "Then you would not know.",
            },
        ),
    ],
)
