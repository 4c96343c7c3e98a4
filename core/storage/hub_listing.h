#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

namespace mantissa {

/// A file of a model on the hub.
struct HubFile {
    std::string name;         ///< "model.safetensors"
    std::int64_t bytes = -1;  ///< −1 where the hub does not say
    /// What the file's content must hash to, and its name among the cache's blobs: 64 digits are SHA-256 (files in Git
    /// LFS), 40 are the SHA-1 that Git gives a blob.
    std::string digest;
};

/// What the hub says of a model at one revision.
struct HubListing {
    std::string commit;                   ///< 40 hexadecimal digits
    std::string modelType, architecture;  ///< as its config.json has them; empty where the hub does not say
    std::vector<HubFile> files;           ///< all of them
};

/// More than this is no listing.
inline constexpr std::int64_t kLargestListing = 8'000'000;  // bytes

/// Reads the hub's answer to /api/models/REPOSITORY/revision/REVISION?blobs=true. Nothing in it is trusted: depth and
/// number of entries are bounded, a name that leads out of its folder makes the whole answer corrupt. Errors have no
/// place (`where`).
Result<HubListing> parseHubListing(std::string_view json);

/// What Mantissa opens of a model, and nothing else: config.json, preprocessor_config.json where there is one, and the
/// weights: model.safetensors, or its index with all its parts, or pytorch_model.bin where there is neither. Every file
/// has a size and a digest. Errors: unsupported where something is missing that a model needs, corrupt where the
/// listing contradicts itself.
Result<std::vector<HubFile>> filesToFetch(const HubListing& listing);

}  // namespace mantissa
