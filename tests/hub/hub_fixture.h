#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "hub/fake_hub.h"
#include "hub_download.h"
#include "temporary_folder.h"

namespace mantissa::test {

/// A hub with a small model, and an empty cache.
class HubTest : public testing::Test {
  protected:
    HubTest() : weights_(3'000'000, '\0') {
        std::uint32_t state = 1;
        for (char& byte : weights_) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
        hub_.add("config.json", R"({"model_type": "mobilevit"})", FakeHub::Storage::git);
        hub_.add("preprocessor_config.json", R"({"do_resize": true})", FakeHub::Storage::git);
        hub_.add("model.safetensors", weights_, FakeHub::Storage::lfs);
        hub_.add("pytorch_model.bin", weights_, FakeHub::Storage::lfs);
        hub_.add("README.md", "# Tiny", FakeHub::Storage::git);
    }

    HubOptions options() const {
        return {.endpoint = hub_.endpoint(),
                .token = {},
                .cache = cache_.path() / "hub",
                .patience = std::chrono::seconds(20)};
    }
    Result<HubPlan> plan(std::stop_token stop = {}) const {
        return planDownload({.repository = "apple/tiny"}, options(), stop);
    }
    Result<std::filesystem::path> download(std::stop_token stop = {}, const Progress& progress = {}) const {
        auto planned = plan(stop);
        if (!planned) return std::move(planned).error();
        return downloadModel(*planned, options(), stop, progress);
    }

    std::filesystem::path folder() const { return options().cache / "models--apple--tiny"; }
    std::filesystem::path partial() const {
        return folder() / "blobs" / (hub_.digest("model.safetensors") + ".incomplete");
    }

    /// Nothing of the model shows: no snapshot, no ref.
    bool nothingShows() const {
        return !std::filesystem::exists(folder() / "snapshots") && !std::filesystem::exists(folder() / "refs");
    }

    /// Paths of the requests for the weights' content.
    int contentRequests() const {
        int count = 0;
        for (const auto& request : hub_.requests()) count += request.path.starts_with("/content/");
        return count;
    }

    static std::string contentOf(const std::filesystem::path& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static void writeFile(const std::filesystem::path& path, std::string_view text) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
    }

    FakeHub hub_;
    TemporaryFolder cache_;
    std::string weights_;
};

}  // namespace mantissa::test
