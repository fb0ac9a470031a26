"""Faults of the network, made by a small proxy between the provider and the stand-in.

Every way in which the provider goes to the network (the hook, the trigger, saving) meets every fault twice:
once where it passes, and the wait or the file must succeed all the same; once where it lasts, and the error
must be the documented one after the documented number of tries.
"""
