#pragma once

#include <string>
#include <string_view>

#include "result.h"

namespace mantissa {

/// A model on the hub, at a revision of it.
struct HubName {
    std::string repository;         ///< "apple/mobilevit-small"; a few old ones have no organisation: "gpt2"
    std::string revision = "main";  ///< a branch, a tag, "refs/pr/3" or a whole commit

    /// ORG/NAME, with @REVISION unless that is main.
    std::string text() const { return revision == "main" ? repository : repository + "@" + revision; }
};

/// Reads ORG/NAME[@REVISION], or the address of the model's page on huggingface.co. The parts become folder and file
/// names of the cache and parts of addresses, so only what the hub and Git allow in them is taken. Error:
/// invalidArgument.
Result<HubName> parseHubName(std::string_view text);

}  // namespace mantissa
