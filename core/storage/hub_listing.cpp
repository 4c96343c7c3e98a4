#include "storage/hub_listing.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <set>

namespace mantissa {
namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 16;
constexpr int kMostValues = 1'000'000;
constexpr int kMostObjects = 20'000;                      // nlohmann-json's time grows with the square of this one
constexpr std::int64_t kLargestConfig = 64'000'000;       // bytes; what readJsonFile takes
constexpr std::int64_t kLargestFile = 1'000'000'000'000;  // bytes; far beyond any file on the hub
constexpr std::size_t kSha256Digits = 64, kGitDigits = 40;

Error corrupt(std::string what) {
    return {.code = ErrorCode::corrupt, .message = "the hub's answer " + std::move(what)};
}
Error unsupported(std::string what) { return {.code = ErrorCode::unsupported, .message = std::move(what)}; }

bool isHex(std::string_view text, std::size_t digits) {
    return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string textOf(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t sizeOf(const Json& object) {
    const auto found = object.find("size");
    if (found == object.end() || !found->is_number_unsigned()) return -1;
    return static_cast<std::int64_t>(std::min(found->get<std::uint64_t>(), std::uint64_t{INT64_MAX}));
}

/// Whether a name stays below the folder it is used in. Control characters are no part of any honest name.
bool staysInside(std::string_view name) {
    if (name.empty() || std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }))
        return false;
    while (true) {
        const auto at = name.find('/');
        const auto part = name.substr(0, at);
        if (part.empty() || part == "." || part == "..") return false;
        if (at == std::string_view::npos) return true;
        name.remove_prefix(at + 1);
    }
}

/// The answer, with what is not read left out while it is parsed.
Result<Json> parse(std::string_view text) {
    static const std::set<std::string> kRead{"sha", "siblings", "config"};
    struct TooMuch {};
    int values = 0, objects = 0;
    const auto keep = [&](int depth, Json::parse_event_t event, Json& parsed) {
        objects += event == Json::parse_event_t::object_start;
        if (++values > kMostValues || objects > kMostObjects || depth > kDeepest) throw TooMuch();
        return event != Json::parse_event_t::key || depth != 1 || kRead.contains(parsed.get<std::string>());
    };
    try {
        Json json = Json::parse(text, keep);
        if (!json.is_object()) return corrupt("is no JSON object, as a model's list of files is");
        return json;
    } catch (const TooMuch&) {
        return corrupt("is larger than any model's list of files");
    } catch (const Json::parse_error& error) {
        return corrupt("is not valid JSON at byte " + std::to_string(error.byte));
    } catch (const Json::exception&) {
        return corrupt("is not valid JSON");
    }
}

Result<HubFile> fileFrom(const Json& sibling) {
    HubFile file;
    if (sibling.is_object()) file.name = textOf(sibling, "rfilename");
    if (file.name.empty()) return corrupt("lists a file without a name");
    if (!staysInside(file.name))
        return corrupt("names a file outside the model's folder, “" + file.name + "”; nothing was fetched");
    const auto lfs = sibling.find("lfs");
    const bool large = lfs != sibling.end() && lfs->is_object();
    file.bytes = sizeOf(large ? *lfs : sibling);
    file.digest = large ? textOf(*lfs, "sha256") : textOf(sibling, "blobId");
    return file;
}

/// What the listing has under this name, fit to be fetched; nothing where it has none.
Result<std::optional<HubFile>> find(const HubListing& listing, const std::string& name) {
    std::optional<HubFile> found;
    for (const HubFile& file : listing.files) {
        if (file.name != name) continue;
        if (found) return corrupt("lists " + name + " twice");
        found = file;
    }
    if (!found) return found;
    if (found->bytes < 0) return corrupt("does not tell the size of " + name);
    if (found->bytes > (name.ends_with(".json") ? kLargestConfig : kLargestFile))
        return corrupt("gives " + name + " " + std::to_string(found->bytes) + " bytes, more than any such file has");
    if (!isHex(found->digest, kSha256Digits) && !isHex(found->digest, kGitDigits))
        return corrupt("gives no digest of " + name + " to check it by");
    return found;
}

/// model-00001-of-00002.safetensors and so on.
Result<std::vector<HubFile>> partsOf(const HubListing& listing) {
    static const std::regex kPart(R"(model-(\d{5})-of-(\d{5})\.safetensors)");
    std::set<std::string> names, counts;
    for (const HubFile& file : listing.files)
        if (std::smatch match; std::regex_match(file.name, match, kPart)) {
            names.insert(file.name);
            counts.insert(match[2]);
        }
    if (counts.size() != 1 || names.size() != std::stoul(*counts.begin()))
        return unsupported("has an index of weights in parts, and not all of the parts");
    std::vector<HubFile> parts;
    for (const auto& name : names) {
        auto part = find(listing, name);
        if (!part) return std::move(part).error();
        parts.push_back(**part);
    }
    return parts;
}

}  // namespace

Result<HubListing> parseHubListing(std::string_view text) {
    auto json = parse(text);
    if (!json) return std::move(json).error();
    HubListing listing;
    listing.commit = textOf(*json, "sha");
    if (!isHex(listing.commit, kGitDigits)) return corrupt("does not name the commit that it belongs to");
    const auto files = json->find("siblings");
    if (files == json->end() || !files->is_array()) return corrupt("has no list of files");
    for (const Json& sibling : *files) {
        auto file = fileFrom(sibling);
        if (!file) return std::move(file).error();
        listing.files.push_back(*std::move(file));
    }
    if (const auto config = json->find("config"); config != json->end() && config->is_object()) {
        listing.modelType = textOf(*config, "model_type");
        if (const auto names = config->find("architectures");
            names != config->end() && names->is_array() && !names->empty() && names->front().is_string())
            listing.architecture = names->front().get<std::string>();
    }
    return listing;
}

Result<std::vector<HubFile>> filesToFetch(const HubListing& listing) {
    std::vector<HubFile> chosen;
    std::optional<Error> problem;
    const auto add = [&](const std::string& name) {
        auto file = find(listing, name);
        if (!file) problem = std::move(file).error();
        if (!file || !*file) return false;
        chosen.push_back(**file);
        return true;
    };
    if (!add("config.json") && !problem) return unsupported("has no config.json, so its architecture is not known");
    add("preprocessor_config.json");
    if (!add("model.safetensors") && !problem) {
        if (add("model.safetensors.index.json")) {
            auto parts = partsOf(listing);
            if (!parts) return std::move(parts).error();
            chosen.insert(chosen.end(), parts->begin(), parts->end());
        } else if (!problem && !add("pytorch_model.bin") && !problem) {
            return unsupported(
                "has no weights that Mantissa reads: no model.safetensors, whole or in parts, and no "
                "pytorch_model.bin");
        }
    }
    if (problem) return *std::move(problem);
    return chosen;
}

}  // namespace mantissa
