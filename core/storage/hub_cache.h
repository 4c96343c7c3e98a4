#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mantissa {

/// One revision of a model in the cache that huggingface_hub keeps:
/// `models--ORG--NAME/snapshots/COMMIT`, whose files are links into `blobs`.
struct CachedSnapshot {
    std::string repository;         ///< "apple/mobilevit-small", "gpt2"
    std::string commit;             ///< the snapshot's folder name
    std::vector<std::string> refs;  ///< branches, tags and pull requests that point to it: "main", "refs/pr/3"; sorted
    std::filesystem::path folder;
};

/// Where the cache is, whether it exists or not: $HF_HUB_CACHE, or $HUGGINGFACE_HUB_CACHE of older releases, or
/// $HF_HOME/hub, or $XDG_CACHE_HOME/huggingface/hub, or ~/.cache/huggingface/hub. A leading ~ stands for $HOME.
std::filesystem::path hubCacheFolder();

/// The models in a cache, by repository, the snapshot that `main` points to first; data sets and spaces are left out.
/// Empty where there is no cache. What cannot be read is not there.
std::vector<CachedSnapshot> cachedModels(const std::filesystem::path& cache);

}  // namespace mantissa
