#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <string>

#include "result.h"

namespace mantissa {

/// Where models come from, and where they go.
struct HubOptions {
    std::string endpoint = "https://huggingface.co";  ///< http or https, no slash at its end
    std::string token;                                ///< sent to the endpoint alone; empty: none
    std::filesystem::path cache;
    std::chrono::milliseconds patience{30'000};  ///< how long a server may be silent

    std::string host() const;  ///< as messages name it: "huggingface.co"
};

/// What the environment says: HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, and the cache's place (see hubCacheFolder). Error:
/// invalidArgument for an address or a token that can be none, and where HF_HUB_OFFLINE forbids the network.
Result<HubOptions> hubOptionsFromEnvironment();

/// A model on the hub that is worth starting with.
struct SuggestedModel {
    const char* name;
    const char* words;
};
inline constexpr std::array kSuggestedModels{
    SuggestedModel{"apple/mobilevit-small", "MobileViT, 5.6 million values"},
    SuggestedModel{"apple/mobilevit-x-small", "MobileViT, 2.3 million values"},
    SuggestedModel{"apple/mobilevit-xx-small", "MobileViT, 1.3 million values"},
    SuggestedModel{"google/vit-base-patch16-224", "Vision Transformer, 86 million values"},
    SuggestedModel{"microsoft/resnet-50", "ResNet, 26 million values"},
};

}  // namespace mantissa
