#include <gtest/gtest.h>

#include "core/storage/made_files.h"
#include "storage/checkpoint.h"
#include "temporary_folder.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

std::string oneTensor(const std::string& name, float value) {
    return safetensors("{\"" + name + R"(":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", floats({value}));
}

class Sharded : public testing::Test {
  protected:
    Sharded() {
        folder_.write("one.safetensors", oneTensor("a", 1));
        folder_.write("two.safetensors", oneTensor("b", 2));
    }
    Result<Checkpoint> open(const std::string& map) const {
        return openCheckpoint(
            folder_.write("model.safetensors.index.json", R"({"metadata": {}, "weight_map": )" + map + "}"));
    }
    TemporaryFolder folder_;
};

TEST_F(Sharded, TensorsOfAllShardsAreFound) {
    const auto file = open(R"({"a": "one.safetensors", "b": "two.safetensors"})");
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_EQ(file->files.size(), 2U);
    EXPECT_EQ(valuesOf(*file->find("a")), (std::vector<float>{1}));
    EXPECT_EQ(valuesOf(*file->find("b")), (std::vector<float>{2}));
}

TEST_F(Sharded, PathsThatLeadElsewhereAreRefused) {
    for (const char* path : {"../one.safetensors", "/etc/passwd", "..", ".", "", "sub/one.safetensors"}) {
        const auto file = open(R"({"a": ")" + std::string(path) + "\"}");
        EXPECT_FALSE(file) << path;
    }
}

TEST_F(Sharded, MissingAndRepeatedTensorsAreNamed) {
    const auto missing = open(R"({"a": "one.safetensors", "c": "two.safetensors"})");
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message.find("c"), std::string::npos);
    folder_.write("two.safetensors", oneTensor("a", 2));
    EXPECT_FALSE(open(R"({"a": "one.safetensors", "b": "two.safetensors"})"));
    EXPECT_FALSE(open(R"({"a": "three.safetensors"})"));
}

TEST_F(Sharded, AnIndexOfAnotherShapeIsRefused) {
    for (const char* map : {"[]", "1", "null", R"({"a": 1})", R"({"a": ["one.safetensors"]})"})
        EXPECT_FALSE(open(map)) << map;
    EXPECT_FALSE(openCheckpoint(folder_.write("deep.json", "{\"a\":" + std::string(200'000, '['))));
    EXPECT_FALSE(openCheckpoint(
        folder_.write("deep.json", "{\"a\":" + std::string(200'000, '[') + std::string(200'000, ']') + "}")));
}

}  // namespace
