"""The form that defines and queues an experiment."""
