#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "storage/digest.h"
#include "storage/hub_listing.h"

namespace mantissa {
namespace {

const std::string kCommit(40, 'a'), kGit(40, 'b'), kSha(64, 'c');

HubListing with(const std::vector<std::string>& names) {
    HubListing listing;
    listing.commit = kCommit;
    for (const auto& name : names) listing.files.push_back({.name = name, .bytes = 10, .digest = kSha});
    return listing;
}

std::vector<std::string> chosen(const std::vector<std::string>& names) {
    const auto files = filesToFetch(with(names));
    std::vector<std::string> out;
    if (!files) return {files.error().message};
    for (const auto& file : *files) out.push_back(file.name);
    return out;
}

TEST(HubListing, ReadsSizesAndDigests) {
    const auto listing = parseHubListing(R"({"id": "a/b", "sha": ")" + kCommit + R"(", "cardData": {"x": [[{"y": 1}]]},
        "config": {"model_type": "vit", "architectures": ["ViTForImageClassification"]},
        "siblings": [{"rfilename": "config.json", "size": 700, "blobId": ")" +
                                         kGit + R"("},
                     {"rfilename": "model.safetensors", "size": 5, "blobId": ")" +
                                         kGit + R"(",
                      "lfs": {"sha256": ")" +
                                         kSha + R"(", "size": 4000000000, "pointerSize": 134}},
                     {"rfilename": "onnx/model.onnx"}]})");
    ASSERT_TRUE(listing) << listing.error().text();
    EXPECT_EQ(listing->commit, kCommit);
    EXPECT_EQ(listing->modelType, "vit");
    EXPECT_EQ(listing->architecture, "ViTForImageClassification");
    ASSERT_EQ(listing->files.size(), 3U);
    EXPECT_EQ(listing->files[0].bytes, 700);
    EXPECT_EQ(listing->files[0].digest, kGit);
    EXPECT_EQ(listing->files[1].bytes, 4'000'000'000);
    EXPECT_EQ(listing->files[1].digest, kSha);
    EXPECT_EQ(listing->files[2].bytes, -1);
}

TEST(HubListing, SizesThatAreNoneAreNotKnown) {
    for (const char* size : {"-5", "1.5", "\"7\"", "null", "1e300"}) {
        const auto listing =
            parseHubListing(R"({"sha": ")" + kCommit + R"(", "siblings": [{"rfilename": "config.json", "blobId": ")" +
                            kGit + R"(", "size": )" + size + "}]}");
        ASSERT_TRUE(listing) << size;
        EXPECT_EQ(listing->files[0].bytes, -1) << size;
        EXPECT_FALSE(filesToFetch(*listing)) << size;
    }
}

TEST(HubListing, RefusesNamesThatLeadOut) {
    for (const char* name : {"..", "../a", "a/../b", "/etc/passwd", "a//b", "./a", "a/", "", "a\\u0000b", "a\\nb"}) {
        const auto listing =
            parseHubListing(R"({"sha": ")" + kCommit + R"(", "siblings": [{"rfilename": ")" + name + "\"}]}");
        ASSERT_FALSE(listing) << name;
        EXPECT_EQ(listing.error().code, ErrorCode::corrupt);
    }
}

TEST(HubListing, ChoosesWhatIsOpened) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(
        chosen({"README.md", "config.json", "model.safetensors", "preprocessor_config.json", "pytorch_model.bin",
                "tf_model.h5", "model.fp16.safetensors", "onnx/model.safetensors", "model.safetensors.index.json"}),
        (Names{"config.json", "preprocessor_config.json", "model.safetensors"}));
    EXPECT_EQ(chosen({"config.json", "pytorch_model.bin"}), (Names{"config.json", "pytorch_model.bin"}));
    EXPECT_EQ(chosen({"config.json", "model.safetensors.index.json", "model-00002-of-00002.safetensors",
                      "model-00001-of-00002.safetensors", "pytorch_model.bin"}),
              (Names{"config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
                     "model-00002-of-00002.safetensors"}));
}

TEST(HubListing, SaysWhatIsMissingOrWrong) {
    const auto says = [](const std::vector<std::string>& names, const char* words) {
        const auto files = filesToFetch(with(names));
        ASSERT_FALSE(files);
        EXPECT_NE(files.error().message.find(words), std::string::npos) << files.error().message;
    };
    says({"model.safetensors"}, "config.json");
    says({"config.json", "tf_model.h5", "model.fp16.safetensors"}, "no weights");
    says({"config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors"}, "not all of the parts");
    says({"config.json", "model.safetensors.index.json"}, "not all of the parts");
    says({"config.json", "config.json", "model.safetensors"}, "twice");
    HubListing listing = with({"config.json", "model.safetensors"});
    listing.files[0].bytes = 100'000'000'000;
    EXPECT_FALSE(filesToFetch(listing));
    listing.files[0].bytes = 10;
    listing.files[1].bytes = INT64_MAX;
    EXPECT_FALSE(filesToFetch(listing));
}

TEST(Digest, GivesContentsTheNamesThatGitGivesThem) {
    const std::string text = "what is up, doc?";  // its name stands in the Git book, chapter 10.2
    Digest digest = Digest::gitBlob(static_cast<std::int64_t>(text.size()));
    digest.add(std::as_bytes(std::span(text).first(5)));
    digest.add(std::as_bytes(std::span(text).subspan(5)));
    EXPECT_EQ(digest.hex(), "bd9dbf5aae1a3862dd1526723246b20206e5fc37");
    EXPECT_EQ(Digest::gitBlob(0).hex(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    EXPECT_EQ(Digest::sha256().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace mantissa
