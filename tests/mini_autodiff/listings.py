"""Listings as Part I prints them. ``grad``, ``jnp``, ``lax``, ... come from either library.

Each sets ``out``, a tree of numbers and arrays.
"""

LISTINGS = {
    "a first gradient": """
def fitness(x):
    return x * jnp.exp(-x) + jnp.sin(3.0 * x) ** 2

out = [value_and_grad(fitness)(1.3), grad(grad(fitness))(1.3)]
""",
    "dual numbers by name": """
def f(x, y):
    return x * y / (1.0 + x ** 2)

out = jvp(f, (1.5, 2.0), (1.0, 0.5))
""",
    "a Jacobian and its transpose": """
def flow(state):
    x, y = state
    return jnp.array([0.55 * x - 0.028 * x * y, 0.026 * x * y - 0.84 * y])

state = jnp.array([33.0, 6.0])
value, pull = vjp(flow, state)
out = [jacfwd(flow)(state), jacrev(flow)(state), value, pull(jnp.array([1.0, -2.0]))[0]]
""",
    "Runge-Kutta as in the textbook": """
def f(t, y, args):
    x, z = y
    return jnp.array([args["a"] * x - args["b"] * x * z, args["d"] * x * z - args["c"] * z])

def step(t, y, dt, args):
    k1 = f(t, y, args)
    k2 = f(t + dt / 2, y + dt / 2 * k1, args)
    k3 = f(t + dt / 2, y + dt / 2 * k2, args)
    k4 = f(t + dt, y + dt * k3, args)
    return y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

args = {"a": 0.55, "b": 0.028, "c": 0.84, "d": 0.026}
out = [jit(step)(0.0, jnp.array([33.0, 6.0]), 0.05, args),
       jacfwd(lambda y: step(0.0, y, 0.05, args))(jnp.array([33.0, 6.0]))]
""",
    "the gradient of a fit": """
def f(y, p):
    x, z = y
    return jnp.stack([p["a"] * x - p["b"] * x * z, p["d"] * x * z - p["c"] * z])

def trajectory(p, y0):
    def step(y, t):
        k1 = f(y, p)
        k2 = f(y + 0.05 * k1, p)
        y = y + 0.1 * k2
        return y, y
    _, ys = lax.scan(step, y0, jnp.linspace(0.0, 10.0, 101))
    return ys

data = jnp.array([[30.0, 4.0], [47.2, 6.1], [70.2, 9.8], [77.4, 35.2], [36.3, 59.4]])

def loss(p):
    ys = trajectory(p, jnp.array([30.0, 4.0]))
    return jnp.mean((jnp.log(ys[::25]) - jnp.log(data)) ** 2)

p = {"a": 0.55, "b": 0.028, "c": 0.84, "d": 0.026}
out = jit(value_and_grad(loss))(p)
""",
    "gradient descent": """
def loss(p):
    return (p["u"] - 1.0) ** 2 + 10.0 * (p["v"] - p["u"] ** 2) ** 2

p = {"u": -1.0, "v": 1.0}
for _ in range(50):
    p = tree.map(lambda x, g: x - 0.01 * g, p, grad(loss)(p))
out = p
""",
    "sensitivities by forward mode": """
def logistic(r, k):
    def step(y, _):
        y = y + 0.1 * r * y * (1.0 - y / k)
        return y, y
    return lax.scan(step, 0.1, None, length=60)[1]

out = jvp(logistic, (0.8, 5.0), (1.0, 0.0))
""",
    "checkpoint and a Hessian": """
@checkpoint
def segment(y, p):
    return lax.scan(lambda y, _: (y + 0.05 * jnp.tanh(p * y), None), y, None, length=10)[0]

def loss(v):
    y, _ = lax.scan(lambda y, _: (segment(y, v[0]), None), v[1], None, length=4)
    return y ** 2

out = hessian(loss)(jnp.array([0.7, 0.3]))
""",
    "stop_gradient, where, maximum": """
def f(x):
    a = jnp.where(x > 0.5, jnp.sqrt(x), x ** 2)
    return a * lax.stop_gradient(a) + jnp.maximum(x, 0.2) + jnp.abs(x - 1.0)

out = [value_and_grad(f)(0.7), value_and_grad(f)(0.1)]
""",
    "lax.cond": """
def f(x):
    return lax.cond(x > 1.0, lambda x: x ** 3, lambda x: 2.0 * x, x)

out = [grad(f)(2.0), grad(f)(0.5)]
""",
    "a small network": """
def network(p, x):
    return p["W2"] @ jnp.tanh(p["W1"] @ x + p["b1"])

p = {"W1": jnp.array([[0.1, -0.3], [0.5, 0.2], [-0.4, 0.7]]), "b1": jnp.array([0.1, 0.0, -0.2]),
     "W2": jnp.array([[0.3, -0.6, 0.2], [0.9, 0.1, -0.5]])}
out = jit(grad(lambda p: jnp.sum(network(p, jnp.array([1.0, -0.5])) ** 2)))(p)
""",
}
