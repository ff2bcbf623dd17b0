"""Label Studio: labelling config, tasks in, annotations out, agreement."""
