#include <gtest/gtest.h>

#include "bounded_memory.h"
#include "core/storage/made_files.h"
#include "storage/zip_archive.h"
#include "temporary_folder.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

class Zip : public testing::Test {
  protected:
    Result<ZipArchive> open(const std::string& bytes) const {
        return ZipArchive::open(folder_.write("archive.zip", bytes));
    }
    TemporaryFolder folder_;
};

TEST_F(Zip, EntriesAreReadByName) {
    const auto archive = open(zip({{.name = "model/data.pkl", .bytes = "hello"}, {.name = "model/empty"}}));
    ASSERT_TRUE(archive) << archive.error().text();
    EXPECT_EQ(archive->rootFolder(), "model");
    EXPECT_TRUE(archive->has("model/data.pkl"));
    EXPECT_FALSE(archive->has("data.pkl"));
    const auto record = archive->read("model/data.pkl");
    ASSERT_TRUE(record) << record.error().text();
    EXPECT_TRUE(std::ranges::equal(record->bytes, std::as_bytes(std::span(std::string_view("hello")))));
    const auto empty = archive->read("model/empty");
    ASSERT_TRUE(empty) << empty.error().text();
    EXPECT_TRUE(empty->bytes.empty());
    EXPECT_FALSE(archive->read("model/other"));
}

TEST_F(Zip, AWrongChecksumIsFoundAndTheRecordNamed) {
    const auto archive =
        open(zip({{.name = "a/good", .bytes = "1234"}, {.name = "a/bad", .bytes = "5678", .crcFlip = 1}}));
    ASSERT_TRUE(archive) << archive.error().text();
    EXPECT_TRUE(archive->read("a/good"));
    const auto bad = archive->read("a/bad");
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, ErrorCode::corrupt);
    EXPECT_NE(bad.error().where.find("a/bad"), std::string::npos) << bad.error().text();
}

TEST_F(Zip, CompressedRecordsAreRefusedNotInflated) {
    const auto archive = open(zip({{.name = "a/data", .bytes = "x", .method = 8}}));
    ASSERT_TRUE(archive) << archive.error().text();
    const auto record = archive->read("a/data");
    ASSERT_FALSE(record);
    EXPECT_NE(record.error().message.find("compressed"), std::string::npos);
}

/// A thousand records that all point to the same bytes: a thousand times the file, if they were read.
TEST_F(Zip, RecordsThatLieOverOneAnotherAreRefused) {
    std::vector<ZipEntry> entries{{.name = "a/0", .bytes = std::string(1 << 20, 'x')}};
    for (int i = 1; i < 1000; ++i) entries.push_back({.name = "a/" + std::to_string(i), .sameDataAs = 0});
    const auto archive = open(zip(entries));
    ASSERT_FALSE(archive);
    EXPECT_EQ(archive.error().code, ErrorCode::corrupt);
}

TEST_F(Zip, WhatIsNoArchiveIsSaidInWords) {
    const std::string whole = zip({{.name = "a/data", .bytes = "1234"}});
    for (const auto& bytes :
         {std::string(), std::string("PK\3\4"), std::string(300, 'P'), whole.substr(0, whole.size() - 9), zip({})}) {
        const auto archive = open(bytes);
        ASSERT_FALSE(archive);
        EXPECT_EQ(archive.error().code, ErrorCode::corrupt) << archive.error().text();
    }
}

}  // namespace
