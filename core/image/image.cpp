#include "image/image.h"

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "image/container.h"
#include "image/read_pixels.h"
#include "storage/mapped_file.h"
#include "storage/sha256.h"

namespace mantissa {
namespace {

constexpr std::int64_t kMaxPixels = std::int64_t{1} << 28;

Error pictureError(ErrorCode code, const std::filesystem::path& path, std::string message) {
    return {.code = code, .message = std::move(message), .where = path.string()};
}

/// Any depth to 8 bits: 16-bit values are rounded, v / 257.
bool toEightBits(cv::Mat& image) {
    if (image.depth() == CV_8U) return true;
    if (image.depth() != CV_16U) return false;
    image.convertTo(image, CV_8U, 1.0 / 257);
    return true;
}

/// An 8-bit colour on white.
std::uint8_t onWhite(int colour, int alpha, bool premultiplied) {
    const int white = 255 - alpha;
    return static_cast<std::uint8_t>(premultiplied ? std::min(colour + white, 255)
                                                   : (colour * alpha + 255 * white + 127) / 255);
}

/// Grey, colour or colour with alpha (OpenCV's BGR order) to RGB on white, straight into the result; false for another
/// number of channels.
bool toRgb(const cv::Mat& image, bool premultiplied, RgbImage& result) {
    result = {.width = image.cols, .height = image.rows, .pixels = {}};
    result.pixels.resize(3 * image.total());
    cv::Mat rgb(image.rows, image.cols, CV_8UC3, result.pixels.data());
    switch (image.channels()) {
        case 1: cv::cvtColor(image, rgb, cv::COLOR_GRAY2RGB); return true;
        case 3: cv::cvtColor(image, rgb, cv::COLOR_BGR2RGB); return true;
        case 4:
            for (int y = 0; y < image.rows; ++y)
                for (int x = 0; x < image.cols; ++x) {
                    const auto& p = image.at<cv::Vec4b>(y, x);
                    for (int c = 0; c < 3; ++c) rgb.at<cv::Vec3b>(y, x)[c] = onWhite(p[2 - c], p[3], premultiplied);
                }
            return true;
        default: return false;
    }
}

/// EXIF orientation 1 to 8 (TIFF 6.0, tag 274): what to do so that row 0 is the top and column 0 the left.
void applyOrientation(cv::Mat& image, int orientation) {
    if (orientation >= 5) cv::transpose(image, image);
    switch (orientation) {
        case 2: case 6: cv::flip(image, image, 1); break;
        case 3: case 7: cv::flip(image, image, -1); break;
        case 4: case 8: cv::flip(image, image, 0); break;
        default: break;
    }
}

Result<RgbImage> decode(const ImageContainer& container, const std::filesystem::path& path) {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    const cv::Mat encoded(1, static_cast<int>(container.bytes.size()), CV_8U, const_cast<std::byte*>(container.bytes.data()));
    // OpenCV turns CMYK into colour and applies EXIF itself only when asked for colour, as JPEG, which has no alpha, can be.
    const bool jpeg = container.form == ImageForm::jpeg;
    cv::Mat image;
    try {
        image = cv::imdecode(encoded, jpeg ? cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION : cv::IMREAD_UNCHANGED);
        if (image.empty()) return pictureError(ErrorCode::corrupt, path, "is damaged: its pixels cannot be decoded");
        if (!toEightBits(image))
            return pictureError(ErrorCode::unsupported, path, "holds floating-point pixels; save it with 8 or 16 bits a channel");
        applyOrientation(image, container.orientation);
        RgbImage result;
        if (!toRgb(image, container.premultiplied, result))
            return pictureError(ErrorCode::unsupported, path, "has " + std::to_string(image.channels()) + " channels; Mantissa reads 1, 3 or 4");
        return result;
    } catch (const cv::Exception& error) {
        return pictureError(ErrorCode::corrupt, path, "was not decoded: " + error.err);
    }
}

Result<RgbImage> pixelsOf(const MappedFile& file, const std::filesystem::path& path) {
    auto container = readImageContainer(file.bytes());
    if (!container) return pictureError(container.error().code, path, container.error().message);
    if (container->width < 1 || container->height < 1) return pictureError(ErrorCode::corrupt, path, "says that it is 0 pixels wide or high");
    if (container->height > kMaxPixels / container->width || container->bytes.size() > INT32_MAX)
        return pictureError(ErrorCode::unsupported, path,
                            "says that it has " + std::to_string(container->width) + " × " + std::to_string(container->height) +
                                " pixels; Mantissa reads up to 2^28");
    return decode(*container, path);
}

}  // namespace

Result<SourceImage> openImage(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    auto rgb = pixelsOf(*file, path);
    if (!rgb) return std::move(rgb).error();
    return SourceImage{.path = path, .name = path.filename().string(), .sha256 = sha256(file->bytes()), .rgb = *std::move(rgb)};
}

Result<RgbImage> readPixels(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    return pixelsOf(*file, path);
}

}  // namespace mantissa
