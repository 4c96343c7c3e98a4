#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "image/preprocess.h"
#include "numerics/format.h"
#include "progress.h"
#include "result.h"

namespace mantissa {

enum class ModelKind { huggingFace, torchScript, exportedProgram, onnx, bareWeights };

/// A model, opened: what it computes, what it is called, and how a picture is made ready for it. Immutable and shared.
struct Model {
    std::filesystem::path path;  ///< the file or folder that was opened
    std::string name;            ///< for people: "simple-cnn-cifar10", "mobilevit-small.pt"
    std::string sha256;          ///< of the weight file's bytes (of shards: one after the other, by name), lower-case hex
    ModelKind kind = ModelKind::huggingFace;
    std::string architecture;    ///< "MobileViTForImageClassification", "SimpleCNN"; the file's word for it
    Graph graph;
    Preprocessing preprocessing;
    std::vector<std::string> labels;  ///< by class index; empty when the file has none
    /// Why this model runs as a whole, natively, without views of its layers: "the layer roi decides by its data (if) …".
    /// Empty for all others.
    std::string opaqueBecause{};
    /// What the user should know of how this model is run, a sentence or two each.
    std::vector<std::string> notes{};

    std::int64_t parameterCount() const;  ///< as Hugging Face's num_parameters: buffers are not counted
    std::int64_t bufferCount() const;     ///< elements of persistent buffers
    /// Parameters and persistent buffers as stored in `format`, without scales: floating values take parameterBits, integer buffers keep their type
    /// (get_memory_footprint counts the same way).
    std::int64_t bytesIn(const Format& format) const;
    std::string label(std::size_t index) const;  ///< the label, or "class 4"
};

using ModelPtr = std::shared_ptr<const Model>;

/// Opens whatever `path` holds: a Hugging Face folder (or its config.json), a torch.export program, a TorchScript file, or bare weights
/// that are recognised (those of a Hugging Face folder open as the folder that they stand in); with the input and labels that a sidecar beside it gives (graph/sidecar.h).
/// Told apart by content, never by name. Errors say what the file is and what to do.
Result<ModelPtr> openModel(const std::filesystem::path& path);

std::string_view kindName(ModelKind kind);  ///< "hugging-face", "torchscript", "exported-program", "onnx", "safetensors"

}  // namespace mantissa
