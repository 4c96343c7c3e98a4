#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <functional>

#include "core/graph/exported_file.h"
#include "core/graph/observed_run.h"
#include "core/run/graph_writer.h"
#include "run/executor.h"

// `.pt2` files whose archive is damaged or lies about itself, and whose JSON holds something else in any place.

namespace {

using namespace mantissa;
using namespace mantissa::test;
using Json = nlohmann::json;
namespace fs = std::filesystem;

TEST(HostileArchive, AFlippedByteOfAWeightIsFoundByItsChecksum) {
    const ExportedFile file;
    std::string bytes = zipOf(file.entries());
    const float value = 0.02F;
    const auto at = bytes.find(std::string(reinterpret_cast<const char*>(&value), 4));
    ASSERT_NE(at, std::string::npos);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    const std::string text = refusalOf(file.folder.write("flipped.pt2", bytes));
    EXPECT_NE(text.find("weight_0: is damaged: its checksum does not match"), std::string::npos) << text;
}

TEST(HostileArchive, EveryPrefixIsRefused) {
    const ExportedFile file;
    const std::string bytes = zipOf(file.entries());
    for (std::size_t length = 0; length < bytes.size(); length += length < 200 || bytes.size() - length < 600 ? 1 : 53)
        EXPECT_NE(refusalOf(file.folder.write("cut.pt2", bytes.substr(0, length))), "opened") << length;
}

TEST(HostileArchive, AFlippedBitIsFoundOrChangesNothing) {
    const ExportedFile file;
    const std::string bytes = zipOf(file.entries());
    const at::Tensor x = normal({1, 3, 8, 8}, 5);
    const at::Tensor expected = observe(file.open().value()->graph, x).logits;
    std::size_t refused = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
        const fs::path path = file.folder.write("flipped.pt2", changed);
        const auto model = openModel(path);
        if (model)
            EXPECT_TRUE(sameBits(observe((*model)->graph, x).logits, expected)) << at;
        else
            ++refused;
    }
    EXPECT_GT(refused, bytes.size() / 3 / 2);
}

TEST(HostileArchive, RecordsThatLieAboutThemselvesAreRefused) {
    const ExportedFile file;
    const auto spoiled = [&](const std::function<void(std::vector<ZipEntry>&)>& spoil) {
        auto entries = file.entries();
        spoil(entries);
        return refusalOf(file.folder.write("spoiled.pt2", zipOf(entries)));
    };
    const auto expect = [](const std::string& text, const std::string& says) {
        EXPECT_NE(text.find(says), std::string::npos) << text;
    };
    expect(spoiled([](auto& e) { e.back().checksumFlip = 1; }), "models/model.json: is damaged: its checksum");
    expect(spoiled([](auto& e) { e.push_back(e[2]); }), "appears twice");
    EXPECT_NE(spoiled([](auto& e) { e.back().claimedSize = 0xFFFFFFF0; }), "opened");
    // Each within the file's size, all together not.
    EXPECT_NE(spoiled([](auto& e) {
                  for (auto& entry : e) entry.claimedSize = 3000;
              }),
              "opened");
}

TEST(HostileArchive, ABombIsNotInflated) {
    const ExportedFile file;
    std::string zeros(1 << 20, ' '), packed(1 << 16, '\0');
    z_stream stream{};
    ASSERT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
    stream.avail_in = static_cast<uInt>(zeros.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    ASSERT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    auto entries = file.entries();
    entries.push_back({.name = "model/data/extra", .bytes = packed, .method = 8, .inflatedSize = 600'000'000});
    const std::string text = refusalOf(file.folder.write("bomb.pt2", zipOf(entries)));
    EXPECT_NE(text.find("is compressed to a fraction of its size"), std::string::npos) << text;
}

// Every part of the JSON replaced by something else
// -----------------------------------------------------------------------------------------------------------

/// Opening may succeed where the part does not matter; it never crashes, and what opens can be run or says why not.
void openSpoiled(const ExportedFile& file) {
    const fs::path path = file.write();
    const auto model = openModel(path);
    if (!model) {
        EXPECT_EQ(model.error().text().find('\n'), std::string::npos) << model.error().text();
        return;
    }
    auto executor = Executor::prepare((*model)->graph, {});
    if (executor) (void)executor->run(normal({1, 3, 8, 8}, 5));
}

TEST(SpoiledJson, AnyPartMayBeAnything) {
    const std::vector<Json> others{nullptr, -1, 1e300, "Infinity", Json::array(), Json::object(), Json::array({1, "a"}),
                                   true};
    const ExportedFile whole;
    for (Json ExportedFile::*document : {&ExportedFile::program, &ExportedFile::weights}) {
        // Containers as well as what stands in them.
        std::vector<Json::json_pointer> places;
        const std::function<void(const Json&, const Json::json_pointer&)> collect = [&](const Json& json,
                                                                                        const Json::json_pointer& at) {
            places.push_back(at);
            if (json.is_object())
                for (const auto& [key, value] : json.items()) collect(value, at / key);
            if (json.is_array())
                for (std::size_t i = 0; i < json.size(); ++i) collect(json[i], at / i);
        };
        collect(whole.*document, Json::json_pointer());
        ExportedFile file;
        for (std::size_t i = 0; i < places.size(); ++i) {
            // Two of the others a place, in turns: all of them everywhere would take minutes.
            for (const std::size_t k : {i, i + 3}) {
                (file.*document) = whole.*document;
                (file.*document)[places[i]] = others[k % others.size()];
                openSpoiled(file);
            }
            if (places[i].empty()) continue;
            (file.*document) = whole.*document;
            Json& parent = (file.*document)[places[i].parent_pointer()];
            if (parent.is_object())
                parent.erase(places[i].back());
            else
                parent.erase(static_cast<std::size_t>(std::stoul(places[i].back())));
            openSpoiled(file);
        }
    }
}

}  // namespace
