"""Likelihood-free inference in JAX.

A simulator is a program from parameters to data.  This package learns to run it backwards::

    simulators          programs with a prior, and what is known exactly about them
    meta_training       learn to infer, from episodes whose answer is known
    recurrent_machine   the network that moves a proposal, with or without simulations
    inference           run it on new data: a posterior
    indirect_inference  Newton steps on what it learnt, for a simulator that has changed
    calibration         is the answer right?
    pretrained          machines trained already
    sharding            the same on many devices
"""
