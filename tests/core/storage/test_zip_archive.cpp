#include <gtest/gtest.h>

#include "bounded_memory.h"
#include "core/storage/made_files.h"
#include "core/zip_writer.h"
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
    const auto archive = open(zipOf({{.name = "model/data.pkl", .bytes = "hello"}, {.name = "model/empty"}}));
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
        open(zipOf({{.name = "a/good", .bytes = "1234"}, {.name = "a/bad", .bytes = "5678", .checksumFlip = 1}}));
    ASSERT_TRUE(archive) << archive.error().text();
    EXPECT_TRUE(archive->read("a/good"));
    const auto bad = archive->read("a/bad");
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, ErrorCode::corrupt);
    EXPECT_NE(bad.error().where.find("a/bad"), std::string::npos) << bad.error().text();
}

TEST_F(Zip, CompressedRecordsThatDoNotInflateAreNamed) {
    const auto archive = open(zipOf({{.name = "a/data", .bytes = "x", .method = 8}}));
    ASSERT_TRUE(archive) << archive.error().text();
    const auto record = archive->read("a/data");
    ASSERT_FALSE(record);
    EXPECT_NE(record.error().message.find("compressed"), std::string::npos);
    EXPECT_FALSE(open(zipOf({{.name = "a/data", .bytes = "x", .method = 8}}))->verify());
}

TEST_F(Zip, VerifyingLooksAtEveryRecord) {
    auto sound = open(zipOf({{.name = "a/1", .bytes = "1234"}, {.name = "a/2", .bytes = std::string(9 << 20, 'x')}}));
    ASSERT_TRUE(sound) << sound.error().text();
    EXPECT_TRUE(sound->verify());
    EXPECT_TRUE(sound->read("a/2"));
    for (const std::size_t size : {std::size_t{4}, std::size_t{9} << 20}) {
        auto spoilt = open(zipOf(
            {{.name = "a/1", .bytes = "1234"}, {.name = "a/2", .bytes = std::string(size, 'x'), .checksumFlip = 4}}));
        ASSERT_TRUE(spoilt) << spoilt.error().text();
        const auto status = spoilt->verify();
        ASSERT_FALSE(status);
        EXPECT_NE(status.error().text().find("record a/2: is damaged"), std::string::npos) << status.error().text();
    }
}

TEST_F(Zip, RecordsAreViewsOfTheFileWhereTheyAreAligned) {
    const std::string file = zipOf({{.name = "a/1", .bytes = "1234"},
                                    {.name = "a/22", .bytes = "5678"},
                                    {.name = "a/333333333333", .bytes = "90"}},
                                   1);
    const auto archive = open(file);
    ASSERT_TRUE(archive) << archive.error().text();
    for (const auto& name : archive->names()) {
        const auto once = archive->read(name), again = archive->read(name);
        ASSERT_TRUE(once && again);
        EXPECT_EQ(file.substr(once->fileOffset, once->bytes.size()),
                  std::string(reinterpret_cast<const char*>(once->bytes.data()), once->bytes.size()));
        const bool aligned = once->fileOffset % alignof(std::max_align_t) == 0;
        EXPECT_EQ(once->bytes.data() == again->bytes.data(), aligned) << name;
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(once->bytes.data()) % alignof(std::max_align_t), 0U) << name;
    }
}

TEST_F(Zip, AnArchiveInsideAnotherIsReadAsOne) {
    const std::string inner = zipOf({{.name = "b/data", .bytes = "hello"}});
    const auto archive =
        open(zipOf({{.name = "a/inner.pt", .bytes = inner}, {.name = "a/text", .bytes = "no archive"}}));
    ASSERT_TRUE(archive) << archive.error().text();
    const auto opened = archive->inner("a/inner.pt");
    ASSERT_TRUE(opened) << opened.error().text();
    EXPECT_EQ(opened->rootFolder(), "b");
    EXPECT_TRUE(opened->read("b/data"));
    const auto other = opened->read("b/other");
    ASSERT_FALSE(other);
    EXPECT_NE(other.error().where.find("record a/inner.pt: record b/other"), std::string::npos) << other.error().text();
    EXPECT_FALSE(archive->inner("a/text"));
    EXPECT_FALSE(archive->inner("a/absent"));
}

/// A thousand records that all point to the same bytes: a thousand times the file, if they were read.
TEST_F(Zip, RecordsThatLieOverOneAnotherAreRefused) {
    std::vector<ZipEntry> entries{{.name = "a/0", .bytes = std::string(1 << 20, 'x')}};
    for (int i = 1; i < 1000; ++i) entries.push_back({.name = "a/" + std::to_string(i), .sameDataAs = 0});
    const auto archive = open(zipOf(entries));
    ASSERT_FALSE(archive);
    EXPECT_EQ(archive.error().code, ErrorCode::corrupt);
}

TEST_F(Zip, WhatIsNoArchiveIsSaidInWords) {
    const std::string whole = zipOf({{.name = "a/data", .bytes = "1234"}});
    for (const auto& bytes :
         {std::string(), std::string("PK\3\4"), std::string(300, 'P'), whole.substr(0, whole.size() - 9), zipOf({})}) {
        const auto archive = open(bytes);
        ASSERT_FALSE(archive);
        EXPECT_EQ(archive.error().code, ErrorCode::corrupt) << archive.error().text();
    }
}

}  // namespace
