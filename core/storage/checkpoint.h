#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "result.h"
#include "storage/tensor_record.h"

namespace mantissa {

/// A state dict: tensors by name, whatever file form they came in.
struct Checkpoint {
    std::filesystem::path path;
    std::string form;  ///< "safetensors", "PyTorch zip", "PyTorch legacy", "sharded safetensors"
    std::vector<TensorRecord> tensors;
    std::vector<std::filesystem::path> files{};  ///< that hold the tensors: `path`, or the shards in order of name
    bool mapped = false;                         ///< every tensor is a view of a MappedFile, whose pages may be released
    std::map<std::string, std::string> metadata{};  ///< what a safetensors file says of itself; others say nothing

    const TensorRecord* find(const std::string& name) const;
};

/// Opens .safetensors, a sharded `*.index.json`, and PyTorch .pt/.pth/.bin state dicts (zip and pre-1.6 pickle), told apart by
/// content. Pickles are interpreted, never executed: only tensors, their containers and plain values are accepted (PyTorch's
/// weights-only rules); anything else is an error that names the global it asked for. A state dict nested under `state_dict` or
/// `model`, and a `module.` prefix on every key, are unwrapped.
Result<Checkpoint> openCheckpoint(const std::filesystem::path& path);

/// The file of weights in a Hugging Face folder: model.safetensors, model.safetensors.index.json or pytorch_model.bin,
/// the first that is there. Error: unreadable, where there is none.
Result<std::filesystem::path> checkpointIn(const std::filesystem::path& folder);

}  // namespace mantissa
