#include <gtest/gtest.h>

#include "core/storage/made_files.h"
#include "storage/checkpoint.h"
#include "temporary_folder.h"

// Real checkpoints, cut and with bits flipped: an error, or the tensors as they were; never a crash and never other
// bytes, where the form of file has a checksum that could tell.

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

const fs::path kSimpleCnn = fs::path(MANTISSA_TEST_DATA) / "simplecnn";

class Damage : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        whole_ = fileBytes(kSimpleCnn / GetParam());
        if (whole_.empty()) GTEST_SKIP() << "there is no " << kSimpleCnn / GetParam();
        auto opened = openCheckpoint(kSimpleCnn / GetParam());
        ASSERT_TRUE(opened) << opened.error().text();
        intact_ = *std::move(opened);
    }
    Result<Checkpoint> open(const std::string& bytes) const { return openCheckpoint(folder_.write("damaged", bytes)); }
    bool hasChecksums() const { return intact_.form == "PyTorch zip"; }

    std::string whole_;
    Checkpoint intact_;
    TemporaryFolder folder_;
};

TEST_P(Damage, CutAnywhereItIsRefused) {
    for (std::size_t length = 0; length < whole_.size(); length += length < 2048 ? 61 : whole_.size() / 60) {
        const auto file = open(whole_.substr(0, length));
        ASSERT_FALSE(file) << "cut to " << length;
        EXPECT_NE(file.error().code, ErrorCode::internal) << file.error().text();
        EXPECT_FALSE(file.error().message.empty());
    }
}

TEST_P(Damage, NoFlippedBitCrashesOrChangesWhatAChecksumCovers) {
    // Each bit of the first and last kilobytes, where headers and directories are, and some between.
    for (std::size_t byte = 0; byte < whole_.size(); byte += byte < 1500 || whole_.size() - byte < 1500 ? 3 : 997)
        for (const int bit : {0, 3, 7}) {
            std::string flipped = whole_;
            flipped[byte] = static_cast<char>(flipped[byte] ^ (1 << bit));
            const auto file = open(flipped);
            if (!file) continue;
            touch(*file);
            if (hasChecksums()) ASSERT_TRUE(sameTensors(*file, intact_)) << "bit " << bit << " of byte " << byte;
        }
}

INSTANTIATE_TEST_SUITE_P(SimpleCnn, Damage,
                         testing::Values("simplecnn.safetensors", "simplecnn_bf16.safetensors",
                                         "simplecnn_state_dict.pth", "simplecnn_state_dict_legacy.pth",
                                         "simplecnn_checkpoint.pth"),
                         [](const auto& info) {
                             std::string name = info.param;
                             std::replace(name.begin(), name.end(), '.', '_');
                             return name;
                         });

}  // namespace
