#include <gtest/gtest.h>

#include "bounded_memory.h"
#include "core/storage/made_files.h"
#include "core/zip_writer.h"
#include "storage/checkpoint.h"
#include "temporary_folder.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

const fs::path kSimpleCnn = fs::path(MANTISSA_TEST_DATA) / "simplecnn";

class MadeCheckpoint : public testing::Test {
  protected:
    Result<Checkpoint> open(const std::string& pickle, const std::map<std::string, std::string>& storages = {}) const {
        return openCheckpoint(folder_.write("made.pt", pytorchZip(pickle, storages)));
    }
    TemporaryFolder folder_;
};

TEST_F(MadeCheckpoint, TensorsAreViewsOfTheirStorage) {
    const auto file = open(pickled::dict({{"whole", pickled::tensor("0", 6, {2, 3}, {3, 1})},
                                          {"row", pickled::tensor("0", 6, {3}, {1}, 3)},
                                          {"turned", pickled::tensor("0", 6, {3, 2}, {1, 3})},
                                          {"epoch", pickled::integer(4)}}),
                           {{"0", floats({1, 2, 3, 4, 5, 6})}});
    ASSERT_TRUE(file) << file.error().text();
    ASSERT_EQ(file->tensors.size(), 3U);
    EXPECT_EQ(file->form, "PyTorch zip");
    EXPECT_EQ(valuesOf(*file->find("whole")), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(valuesOf(*file->find("row")), (std::vector<float>{4, 5, 6}));
    EXPECT_EQ(file->find("turned")->strides, (std::vector<std::int64_t>{1, 3}));
}

TEST_F(MadeCheckpoint, NoTensorReachesBeyondItsStorage) {
    const std::string outside[] = {
        pickled::tensor("0", 6, {7}, {1}),        // longer
        pickled::tensor("0", 6, {6}, {1}, 1),     // starts late
        pickled::tensor("0", 6, {2, 3}, {4, 1}),  // strides reach out
        pickled::tensor("0", 6, {1 << 30}, {0}),  // as large as it likes with a stride of 0
        pickled::tensor("0", 6, {1 << 30, 1 << 30, 1 << 30, 1 << 30}, {1 << 30, 1 << 30, 1 << 30, 1 << 30}),
        pickled::tensor("0", 6, {2}, {-1}, 5),
        pickled::tensor("0", 6, {-1}, {1}),
        pickled::tensor("0", 6, {1}, {1}, -4),
        pickled::tensor("0", 6, {0}, {1}, 1 << 30),
        pickled::tensor("0", 1 << 30, {1 << 28}, {1}),  // more than its record holds
        pickled::tensor("7", 6, {6}, {1}),              // no such record
        pickled::tensor("../../etc/passwd", 6, {6}, {1}),
    };
    for (const auto& tensor : outside) {
        const auto file = open(pickled::dict({{"w", tensor}}), {{"0", floats({1, 2, 3, 4, 5, 6})}});
        ASSERT_FALSE(file);
        EXPECT_EQ(file.error().code, ErrorCode::corrupt) << file.error().text();
    }
}

TEST_F(MadeCheckpoint, OneNameStandsForOneTensor) {
    const auto file =
        open(pickled::dict({{"w", pickled::tensor("0", 1, {1}, {1})}, {"w", pickled::tensor("0", 1, {1}, {1})}}),
             {{"0", floats({1})}});
    ASSERT_FALSE(file);
    EXPECT_NE(file.error().text().find("tensor w"), std::string::npos) << file.error().text();
}

TEST_F(MadeCheckpoint, WrappedStateDictsAndCommonPrefixesAreUnwrapped) {
    const std::string inner = "}(" + pickled::text("module.a") + pickled::tensor("0", 1, {1}, {1}) +
                              pickled::text("module.b") + pickled::tensor("0", 1, {1}, {1}) + "u";
    for (const char* name : {"state_dict", "model", "model_state_dict"}) {
        const auto file = open(pickled::dict({{"epoch", pickled::integer(3)}, {name, inner}}), {{"0", floats({2})}});
        ASSERT_TRUE(file) << file.error().text();
        EXPECT_NE(file->find("a"), nullptr);
        EXPECT_NE(file->find("b"), nullptr);
    }
    EXPECT_FALSE(open(pickled::dict({{"epoch", pickled::integer(3)}})));
}

TEST_F(MadeCheckpoint, BigEndianFilesAreRefused) {
    const auto path = folder_.write(
        "big.pt",
        zipOf({{.name = "archive/data.pkl", .bytes = pickled::dict({{"w", pickled::tensor("0", 1, {1}, {1})}})},
               {.name = "archive/byteorder", .bytes = "big"},
               {.name = "archive/data/0", .bytes = floats({1})}}));
    const auto file = openCheckpoint(path);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, ErrorCode::unsupported);
}

TEST(SimpleCnnForms, EveryCheckpointHoldsTheSameWeights) {
    if (!fs::exists(kSimpleCnn)) GTEST_SKIP() << "there is no " << kSimpleCnn;
    const auto plain = openCheckpoint(kSimpleCnn / "simplecnn.safetensors");
    ASSERT_TRUE(plain) << plain.error().text();
    EXPECT_EQ(plain->tensors.size(), 6U);
    const std::pair<const char*, const char*> forms[] = {{"simplecnn_state_dict.pth", "PyTorch zip"},
                                                         {"simplecnn_state_dict_legacy.pth", "PyTorch legacy"},
                                                         {"simplecnn_checkpoint.pth", "PyTorch zip"}};
    for (const auto& [name, form] : forms) {
        SCOPED_TRACE(name);
        const auto file = openCheckpoint(kSimpleCnn / name);
        ASSERT_TRUE(file) << file.error().text();
        EXPECT_EQ(file->form, form);
        ASSERT_EQ(file->tensors.size(), plain->tensors.size());
        for (const auto& tensor : plain->tensors) {
            const auto* other = file->find(tensor.name);
            ASSERT_NE(other, nullptr) << tensor.name;
            EXPECT_EQ(other->shape, tensor.shape);
            EXPECT_TRUE(std::ranges::equal(other->bytes, tensor.bytes)) << tensor.name;
        }
    }
}

}  // namespace
