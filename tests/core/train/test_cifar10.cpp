#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "temporary_folder.h"
#include "train/cifar10.h"

namespace {

using namespace mantissa;
using mantissa::test::TemporaryFolder;
using namespace mantissa::training;

/// A record whose pixels count up from its label, so that a byte out of place shows.
std::string record(int label) {
    std::string bytes(kCifarRecordBytes, '\0');
    bytes[0] = static_cast<char>(label);
    for (std::size_t i = 0; i < kCifarPixelBytes; ++i)
        bytes[1 + i] = static_cast<char>(label + static_cast<int>(i % 251));
    return bytes;
}

void writeAllFiles(const TemporaryFolder& folder) {
    for (int batch = 1; batch <= 5; ++batch)
        folder.write("data_batch_" + std::to_string(batch) + ".bin", record(batch) + record(batch + 1));
    folder.write("test_batch.bin", record(9));
}

TEST(Cifar10, ReadsLabelsAndPixelsOfEveryRecord) {
    const TemporaryFolder folder;
    const auto set = readCifarFile(folder.write("a.bin", record(3) + record(0) + record(9)));
    ASSERT_TRUE(set) << set.error().text();
    ASSERT_EQ(set->size(), 3u);
    EXPECT_EQ(set->labels, (std::vector<std::uint8_t>{3, 0, 9}));
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t at : {0u, 1u, 250u, 251u, 1024u, 3071u})
            EXPECT_EQ(set->picture(i)[at], (set->labels[i] + at % 251) % 256);
}

TEST(Cifar10, AFileCutShortNamesTheByte) {
    const TemporaryFolder folder;
    const std::string whole = record(1) + record(2);
    for (const std::size_t length : {std::size_t{1}, kCifarRecordBytes - 1, kCifarRecordBytes + 1, whole.size() - 1}) {
        const auto set = readCifarFile(folder.write("cut.bin", std::string_view(whole).substr(0, length)));
        ASSERT_FALSE(set) << length;
        EXPECT_EQ(set.error().code, ErrorCode::corrupt);
        EXPECT_NE(set.error().message.find("byte " + std::to_string(length / kCifarRecordBytes * kCifarRecordBytes)),
                  std::string::npos)
            << set.error().text();
    }
}

TEST(Cifar10, AnEmptyFileAFolderAndNothingAreErrors) {
    const TemporaryFolder folder;
    EXPECT_EQ(readCifarFile(folder.write("empty.bin", "")).error().code, ErrorCode::corrupt);
    EXPECT_EQ(readCifarFile(folder.path()).error().code, ErrorCode::unreadable);
    EXPECT_EQ(readCifarFile(folder.path() / "nothing.bin").error().code, ErrorCode::unreadable);
}

TEST(Cifar10, ALabelBeyondTheClassesNamesItsByte) {
    const TemporaryFolder folder;
    const auto set = readCifarFile(folder.write("label.bin", record(1) + record(10)));
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().code, ErrorCode::corrupt);
    EXPECT_NE(set.error().message.find("byte 3073 is a label of 10"), std::string::npos) << set.error().text();
}

TEST(Cifar10, AFileOfMoreRecordsThanItCanHaveIsNotLoaded) {
    const TemporaryFolder folder;
    const auto path = folder.write("huge.bin", "");
    std::filesystem::resize_file(path, kCifarRecordBytes * 100'001);  // sparse: takes no room on the disk
    const auto set = readCifarFile(path);
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().code, ErrorCode::unsupported);
}

TEST(Cifar10, TheBatchesFollowEachOther) {
    const TemporaryFolder folder;
    writeAllFiles(folder);
    const auto data = openCifar10(folder.path());
    ASSERT_TRUE(data) << data.error().text();
    EXPECT_EQ(data->train.labels, (std::vector<std::uint8_t>{1, 2, 2, 3, 3, 4, 4, 5, 5, 6}));
    EXPECT_EQ(data->test.labels, (std::vector<std::uint8_t>{9}));
    EXPECT_EQ(data->classNames.at(3), "cat");
}

TEST(Cifar10, TheArchivesOwnSubfolderIsFound) {
    const TemporaryFolder folder;
    writeAllFiles(folder);
    const auto sub = folder.path() / "cifar-10-batches-bin";
    std::filesystem::create_directory(sub);
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        if (entry.is_regular_file()) std::filesystem::rename(entry.path(), sub / entry.path().filename());
    EXPECT_TRUE(openCifar10(folder.path()));
}

TEST(Cifar10, AMissingBatchIsNamed) {
    const TemporaryFolder folder;
    writeAllFiles(folder);
    std::filesystem::remove(folder.path() / "data_batch_4.bin");
    const auto data = openCifar10(folder.path());
    ASSERT_FALSE(data);
    EXPECT_NE(data.error().where.find("data_batch_4.bin"), std::string::npos);
}

TEST(Cifar10, NamesComeFromTheFileAndMustBeTen) {
    const TemporaryFolder folder;
    writeAllFiles(folder);
    folder.write("batches.meta.txt", "a\r\nb\r\nc\r\nd\r\ne\r\nf\r\ng\r\nh\r\ni\r\nj\r\n\r\n");
    const auto data = openCifar10(folder.path());
    ASSERT_TRUE(data) << data.error().text();
    EXPECT_EQ(data->classNames, (std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}));
    folder.write("batches.meta.txt", "one\ntwo\n");
    EXPECT_EQ(openCifar10(folder.path()).error().code, ErrorCode::corrupt);
}

}  // namespace
