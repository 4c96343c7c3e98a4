#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "graph/model.h"
#include "image/image.h"
#include "result.h"

namespace mantissa {

/// A layer whose outputs are dot products of a row of weights with activations: linear and convolutional ones.
struct NeuronLayer {
    std::string layer;  ///< module path, "classifier"
    bool convolution = false;
    std::size_t outputs = 0;  ///< features, or channels
    std::size_t terms = 0;    ///< weights that one output sums over
    std::size_t node = 0;     ///< index into Graph::nodes
};

/// Those of a model, in the order they run. Layers with computed weights or a padding given by name are left out.
std::vector<NeuronLayer> neuronLayers(const Graph& graph);

/// One output of a layer, for one picture.
struct Neuron {
    ModelPtr model;
    std::optional<SourceImage> image;
    std::optional<Preprocessing> preprocessing;  ///< instead of the model's own
    std::string layer;                           ///< empty: the last
    std::size_t output = 0;
};

/// What the neuron multiplies: its weights, and the activations that meet them, both FP32. Of a convolution that is the
/// patch under the middle of the output map (padding counts as 0), of a linear layer over several positions the first
/// one. The bias is no part of the dot product.
struct NeuronTerms {
    std::vector<float> weights;
    std::vector<float> activations;
    std::string name;  ///< "classifier, output 3", "conv1, channel 5 at row 16, column 16"
};

/// Runs the model in FP32 up to that layer. Errors: no such layer or output (invalidArgument), those of Executor.
Result<NeuronTerms> neuronTerms(const Neuron& neuron, std::stop_token stop);

}  // namespace mantissa
