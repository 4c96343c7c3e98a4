#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "hub_options.h"
#include "progress.h"
#include "result.h"
#include "storage/hub_listing.h"
#include "storage/hub_name.h"

namespace mantissa {

/// What a download would fetch.
struct HubPlan {
    struct File {
        HubFile file;
        std::int64_t bytesHere = 0;  ///< in the cache already, whole or from an interrupted download
    };

    HubName name;
    std::string commit;
    std::string
        architecture;  ///< as its config.json says; its model_type where that is all, empty where the hub does not say
    std::vector<File> files;
    std::optional<Error> problem;  ///< why Mantissa would not run it, as far as the architecture tells

    std::int64_t bytes() const;
    std::int64_t bytesToFetch() const;
    /// Looks into the cache again for what is here.
    void countBytesHere(const HubOptions& options);
};

// Both run an event loop of their own while they wait, need a QCoreApplication, and may be called on any thread. A stop
// token ends them within milliseconds. This is the only network access of the whole program.

/// Asks the hub for a model's list of files and chooses those that Mantissa opens. Fetches nothing else. Errors:
/// unreadable (network, hub), corrupt (an answer that no hub gives), unsupported (nothing to open), cancelled. They
/// name the model.
Result<HubPlan> planDownload(const HubName& name, const HubOptions& options, std::stop_token stop = {});

/// Fetches what is not here, checks size and digest of each file, and shows them in the cache as huggingface_hub does.
/// What an interrupted download left is gone on from. Progress counts bytes of all files; the stage is the file's name.
/// Gives the folder to open. Errors as above, and unreadable where the disk is full; what was fetched by then is kept.
Result<std::filesystem::path> downloadModel(const HubPlan& plan, const HubOptions& options, std::stop_token stop = {},
                                            const Progress& progress = {});

}  // namespace mantissa
