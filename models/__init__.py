"""The network, its checkpoint, its ONNX export and the torch-free predictor."""
