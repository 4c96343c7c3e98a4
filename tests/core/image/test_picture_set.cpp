#include <gtest/gtest.h>

#include "core/image/made_pictures.h"
#include "image/class_names.h"
#include "image/picture_set.h"
#include "temporary_folder.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

const std::vector<std::string> kClasses{"tabby, tabby cat",    "Egyptian cat",      "crane", "crane",
                                        "lesser panda, panda", "giant panda, panda"};

TEST(ClassNames, AreFoundWholeInPartAndByNumber) {
    const ClassNames names(kClasses);
    EXPECT_EQ(names.find("tabby, tabby cat"), 0U);
    EXPECT_EQ(names.find("Tabby"), 0U);
    EXPECT_EQ(names.find("egyptian_cat"), 1U);
    EXPECT_EQ(names.find("giant panda"), 5U);
    EXPECT_EQ(names.find("panda"), std::nullopt) << "two classes have this name";
    EXPECT_EQ(names.find("4"), 4U);
    for (const char* word : {"6", "-1", "", "cat", "1.5", "99999999999999999999"})
        EXPECT_EQ(names.find(word), std::nullopt) << word;
    EXPECT_EQ(ClassNames({}).find("17"), 17U);
}

class Pictures : public testing::Test {
  protected:
    void add(const std::string& name) {
        fs::create_directories((folder_.path() / name).parent_path());
        folder_.write(name, text(encoded(fourCorners(), ".png")));
    }
    Result<PictureSetPtr> open(const std::string& labels = {}) const {
        PictureSource source{.path = folder_.path()};
        if (!labels.empty()) source.labels = folder_.write("labels.csv", labels);
        return PictureSet::open(source, kClasses);
    }
    TemporaryFolder folder_;
};

TEST_F(Pictures, SubfoldersAreClasses) {
    for (const char* name : {"tabby/b.png", "tabby/a.png", "1/deep/down.PNG", "zebra/x.png", "loose.png"}) add(name);
    folder_.write("tabby/readme.txt", "no picture");
    const auto set = open();
    ASSERT_TRUE(set) << set.error().text();
    const auto& s = **set;
    ASSERT_EQ(s.size(), 5U);
    EXPECT_EQ(s.name(0), "1/deep/down.PNG");
    EXPECT_EQ(s.truth(0), 1U);
    EXPECT_EQ(s.name(1), "loose.png");
    EXPECT_EQ(s.truth(1), std::nullopt);
    EXPECT_EQ(s.name(2), "tabby/a.png");
    EXPECT_EQ(s.truth(2), 0U);
    EXPECT_EQ(s.truth(4), std::nullopt);
    EXPECT_EQ(s.unknownClasses(), std::vector<std::string>{"zebra"});
    EXPECT_TRUE(s.hasTruths());
    const auto image = s.read(2);
    ASSERT_TRUE(image) << image.error().text();
    EXPECT_EQ(image->width, 64);
    const auto one = s.openOne(2);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->path, folder_.path() / "tabby/a.png");
}

TEST_F(Pictures, ACsvFileGivesClassesInstead) {
    add("a.png");
    add("sub/b, c.png");
    add("d.png");
    const auto set = open("file,label\r\na.png,Tabby\r\n\"sub/b, c.png\",1\r\n\r\n");
    ASSERT_TRUE(set) << set.error().text();
    EXPECT_EQ((*set)->truth(0), 0U);
    EXPECT_EQ((*set)->truth(1), std::nullopt);
    EXPECT_EQ((*set)->truth(2), 1U);
}

TEST_F(Pictures, ErrorsInTheCsvFileNameTheLine) {
    add("a.png");
    for (const auto& [csv, line] :
         {std::pair{"file,label\na.png,0\nb.png,1\n", "line 3"}, std::pair{"a.png,zebra\n", "line 1"},
          std::pair{"a.png,0\na.png\n", "line 2"}, std::pair{"a.png,0\na.png,0\na.png,1\n", "line 3"}}) {
        const auto set = open(csv);
        ASSERT_FALSE(set) << csv;
        EXPECT_NE(set.error().where.find(line), std::string::npos) << set.error().text();
    }
    EXPECT_FALSE(open("file,label\n"));
    EXPECT_FALSE(open("a.png," + std::string(20'000, 'x')));
}

TEST_F(Pictures, FormsThatAreNotReadAreListed) {
    add("a.png");
    folder_.write("b.gif", "GIF89a");
    const auto set = open();
    ASSERT_TRUE(set) << set.error().text();
    ASSERT_EQ((*set)->size(), 2U);
    EXPECT_FALSE((*set)->read(1));
}

TEST_F(Pictures, TheDigestFollowsNamesClassesAndContent) {
    add("a.png");
    add("b.png");
    const auto digest = [this](const std::string& labels) { return open(labels).value()->digest(); };
    const std::string before = digest("a.png,0\n");
    EXPECT_EQ(digest("a.png,0\n"), before);
    EXPECT_NE(digest("a.png,1\n"), before);
    folder_.write("b.png", text(encoded(fourCorners(), ".bmp")));
    EXPECT_NE(digest("a.png,0\n"), before);
    const auto bytes = std::string(kCifarRecordBytes, '\0');
    const auto file = folder_.write("one.bin", bytes);
    const std::string one = PictureSet::open({.path = file}, {}).value()->digest();
    std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) + std::chrono::seconds(1));
    EXPECT_NE(PictureSet::open({.path = file}, {}).value()->digest(), one);
}

TEST_F(Pictures, FilesOfCifarAreSets) {
    std::string bytes(2 * kCifarRecordBytes, '\0');
    bytes[0] = 7;
    bytes[1] = 10, bytes[1 + 1024] = 20, bytes[1 + 2048] = 30;
    bytes[kCifarRecordBytes] = 3;
    const auto path = folder_.write("test.bin", bytes);
    const auto set = PictureSet::open({.path = path}, {});
    ASSERT_TRUE(set) << set.error().text();
    EXPECT_EQ((*set)->size(), 2U);
    EXPECT_EQ((*set)->truth(0), 7U);
    EXPECT_EQ((*set)->truth(1), 3U);
    EXPECT_EQ((*set)->name(1), "test.bin[1]");
    EXPECT_EQ(pixel((*set)->read(0).value(), 0, 0), (std::vector<int>{10, 20, 30}));
    EXPECT_FALSE(PictureSet::open({.path = path, .labels = path}, {}));
}

TEST_F(Pictures, WhatHoldsNoPicturesIsSaidInWords) {
    EXPECT_EQ(open().error().code, ErrorCode::unreadable);
    EXPECT_EQ(PictureSet::open({.path = folder_.path() / "nothing"}, {}).error().code, ErrorCode::unreadable);
    const auto text = PictureSet::open({.path = folder_.write("a.txt", "hello")}, {});
    ASSERT_FALSE(text);
    EXPECT_NE(text.error().message.find("neither a folder"), std::string::npos);
}

TEST_F(Pictures, TheDigestTellsSetsApart) {
    add("a.png");
    const auto one = open().value()->digest();
    EXPECT_EQ(open().value()->digest(), one);
    EXPECT_NE(open("a.png,1\n").value()->digest(), one);
    add("b.png");
    EXPECT_NE(open().value()->digest(), one);
}

}  // namespace
