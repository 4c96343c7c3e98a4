#include <gtest/gtest.h>

#include <QImage>
#include <QString>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "bundled.h"
#include "draw_samples/samples.h"

namespace {

namespace fs = std::filesystem;
using mantissa::samples::allSamples;

QImage committed(std::string_view name) {
    const fs::path path = fs::path(MANTISSA_SOURCE_DIR) / "resources" / "samples" / (std::string(name) + ".png");
    return QImage(QString::fromStdString(path.string()));
}

/// Mean absolute difference of the colour channels, in grey levels, and the share of pixels further apart than 8
/// levels.
struct Difference {
    double mean = 0;
    double far = 0;
};
Difference differenceOf(const QImage& a, const QImage& b) {
    Difference found;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width(); ++x) {
            const QRgb p = a.pixel(x, y), q = b.pixel(x, y);
            const int red = std::abs(qRed(p) - qRed(q)), green = std::abs(qGreen(p) - qGreen(q)),
                      blue = std::abs(qBlue(p) - qBlue(q));
            found.mean += (red + green + blue) / 3.0;
            if (std::max({red, green, blue}) > 8) found.far += 1;
        }
    const double pixels = double(a.width()) * a.height();
    return {found.mean / pixels, found.far / pixels};
}

TEST(SampleDrawings, CommittedFilesAreWhatTheProgramDraws) {
    for (const auto& sample : allSamples()) {
        const QImage stored = committed(sample.name), drawn = sample.draw();
        ASSERT_FALSE(stored.isNull()) << sample.name;
        ASSERT_EQ(stored.size(), drawn.size()) << sample.name;
        // Another Qt may round an edge pixel or a blend differently, never a shape.
        const auto difference = differenceOf(stored, drawn);
        EXPECT_LT(difference.mean, 0.5) << sample.name;
        EXPECT_LT(difference.far, 0.01) << sample.name;
    }
}

TEST(SampleDrawings, AreTheSameOnEveryCall) {
    for (const auto& sample : allSamples()) EXPECT_EQ(sample.draw(), sample.draw()) << sample.name;
}

TEST(SampleDrawings, EveryBundledSampleIsOneOfThem) {
    std::set<std::string> drawn, bundled;
    for (const auto& sample : allSamples()) drawn.insert(std::string(sample.name) + ".png");
    for (const auto& path : mantissa::bundledSamples()) bundled.insert(path.filename().string());
    EXPECT_EQ(drawn, bundled);
    EXPECT_EQ(drawn.size(), 12u);
}

TEST(SampleDrawings, ShowEveryClassOfCifar10AndNothingElse) {
    std::set<std::string_view> shown;
    for (const auto& sample : allSamples()) shown.insert(sample.name.substr(0, sample.name.find('-')));
    EXPECT_EQ(shown, (std::set<std::string_view>{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog",
                                                 "horse", "ship", "truck"}));
}

TEST(SampleDrawings, AreSquareAndSmallFiles) {
    for (const auto& path : mantissa::bundledSamples()) {
        EXPECT_EQ(committed(path.stem().string()).size(), QSize(512, 512)) << path;
        EXPECT_LT(fs::file_size(path), 256u * 1024u) << path;
    }
}

}  // namespace
