#include "paint.h"

#include <QTransform>
#include <algorithm>
#include <cmath>
#include <vector>

namespace mantissa::samples {
namespace {

std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/// A number in [0, 1) that belongs to one point of a lattice.
double latticeValue(std::int64_t x, std::int64_t y, std::uint32_t seed) {
    const auto key = mix(static_cast<std::uint64_t>(x) * 0x9e3779b97f4a7c15u +
                         static_cast<std::uint64_t>(y) * 0xd1b54a32d192ed03u + seed);
    return static_cast<double>(key >> 11) * 0x1p-53;
}

double smoothStep(double low, double high, double value) {
    const double t = std::clamp((value - low) / (high - low), 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

double valueNoise(double x, double y, std::uint32_t seed) {
    const double left = std::floor(x), top = std::floor(y);
    const double u = smoothStep(0, 1, x - left), v = smoothStep(0, 1, y - top);
    const auto i = static_cast<std::int64_t>(left), j = static_cast<std::int64_t>(top);
    const double upper = std::lerp(latticeValue(i, j, seed), latticeValue(i + 1, j, seed), u);
    const double lower = std::lerp(latticeValue(i, j + 1, seed), latticeValue(i + 1, j + 1, seed), u);
    return std::lerp(upper, lower, v);
}

/// Four octaves, each half as large and half as strong as the one before; 0 … 1, around 0.5.
double fractalNoise(double x, double y, std::uint32_t seed) {
    double sum = 0, weight = 0.5;
    for (std::uint32_t octave = 0; octave < 4; ++octave) {
        sum += weight * valueNoise(x, y, seed + octave * 7919);
        x *= 2;
        y *= 2;
        weight /= 2;
    }
    return sum / (1 - 2 * weight);
}

/// One box blur of the rows of an ARGB picture, written transposed: two calls blur both directions and restore the
/// orientation.
QImage boxBlurTransposed(const QImage& from, int radius) {
    QImage to(from.height(), from.width(), from.format());
    const int last = from.width() - 1, window = 2 * radius + 1;
    for (int y = 0; y < from.height(); ++y) {
        const auto* row = reinterpret_cast<const QRgb*>(from.constScanLine(y));
        int red = 0, green = 0, blue = 0, alpha = 0;
        const auto add = [&](int x, int sign) {
            const QRgb pixel = row[std::clamp(x, 0, last)];
            red += sign * qRed(pixel);
            green += sign * qGreen(pixel);
            blue += sign * qBlue(pixel);
            alpha += sign * qAlpha(pixel);
        };
        for (int x = -radius; x <= radius; ++x) add(x, 1);
        for (int x = 0; x <= last; ++x) {
            reinterpret_cast<QRgb*>(to.scanLine(x))[y] = qRgba((red + radius) / window, (green + radius) / window,
                                                               (blue + radius) / window, (alpha + radius) / window);
            add(x - radius, -1);
            add(x + radius + 1, 1);
        }
    }
    return to;
}

/// Three box blurs come close to a Gaussian (Kovesi 2010).
QImage blurred(QImage image, double radius) {
    const int box = std::max(1, static_cast<int>(std::lround(radius / 2)));
    for (int pass = 0; pass < 6; ++pass) image = boxBlurTransposed(image, box);
    return image;
}

QImage emptyLayer() {
    QImage layer(kSide, kSide, QImage::Format_ARGB32_Premultiplied);
    layer.fill(Qt::transparent);
    return layer;
}

void drawLayer(Canvas& canvas, const QImage& layer, const QPainterPath* inside) {
    canvas.painter.save();
    canvas.painter.resetTransform();
    if (inside) canvas.painter.setClipPath(*inside);
    canvas.painter.drawImage(0, 0, layer);
    canvas.painter.restore();
}

QPainterPath catmullRom(const std::vector<QPointF>& points, bool closed) {
    const auto count = static_cast<std::ptrdiff_t>(points.size());
    const auto at = [&](std::ptrdiff_t i) {
        return closed ? points[static_cast<std::size_t>((i + count) % count)]
                      : points[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(i, 0, count - 1))];
    };
    QPainterPath path(points.front());
    for (std::ptrdiff_t i = 0; i < (closed ? count : count - 1); ++i)
        path.cubicTo(at(i) + (at(i + 1) - at(i - 1)) / 6, at(i + 1) - (at(i + 2) - at(i)) / 6, at(i + 1));
    if (closed) path.closeSubpath();
    return path;
}

}  // namespace

std::uint64_t Random::next() { return mix(state_ += 0x9e3779b97f4a7c15u); }

double Random::uniform(double low, double high) {
    return low + (high - low) * (static_cast<double>(next() >> 11) * 0x1p-53);
}

double Random::bell(double spread) { return spread * (uniform(-1, 1) + uniform(-1, 1) + uniform(-1, 1)) / 1.5; }

Canvas::Canvas(std::uint64_t seed) : image(kSide, kSide, QImage::Format_RGB32), random(seed) {
    image.fill(Qt::white);
    painter.begin(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.setPen(Qt::NoPen);
}

QLinearGradient linear(QPointF from, QPointF to, Stops stops) {
    QLinearGradient gradient(from, to);
    for (const auto& [position, colour] : stops) gradient.setColorAt(position, colour);
    return gradient;
}

QRadialGradient radial(QPointF centre, double radius, Stops stops) {
    QRadialGradient gradient(centre, radius);
    for (const auto& [position, colour] : stops) gradient.setColorAt(position, colour);
    return gradient;
}

QColor withAlpha(QColor colour, double alpha) {
    colour.setAlphaF(static_cast<float>(alpha));
    return colour;
}

QColor lighter(QColor colour, double amount) {
    const double target = amount > 0 ? 255 : 0, share = std::abs(amount);
    const auto moved = [&](int channel) { return static_cast<int>(std::lround(std::lerp(channel, target, share))); };
    return QColor(moved(colour.red()), moved(colour.green()), moved(colour.blue()), colour.alpha());
}

QPainterPath smooth(std::initializer_list<QPointF> points) { return catmullRom(points, true); }

QPainterPath curve(std::initializer_list<QPointF> points) { return catmullRom(points, false); }

QPainterPath polygon(std::initializer_list<QPointF> points) {
    QPainterPath path(*points.begin());
    for (const auto& point : points) path.lineTo(point);
    path.closeSubpath();
    return path;
}

QPainterPath ellipse(QPointF centre, double radiusX, double radiusY, double degrees) {
    QPainterPath path;
    path.addEllipse(QPointF(0, 0), radiusX, radiusY);
    return QTransform().translate(centre.x(), centre.y()).rotate(degrees).map(path);
}

QPainterPath rounded(QRectF rectangle, double radius) {
    QPainterPath path;
    path.addRoundedRect(rectangle, radius, radius);
    return path;
}

QPainterPath mirrored(const QPainterPath& path, double x) { return QTransform(-1, 0, 0, 1, 2 * x, 0).map(path); }

QPainterPath everywhere() {
    QPainterPath path;
    path.addRect(0, 0, kSide, kSide);
    return path;
}

void fill(Canvas& canvas, const QPainterPath& path, const QBrush& brush) { canvas.painter.fillPath(path, brush); }

void softFill(Canvas& canvas, const QPainterPath& path, const QBrush& brush, const Soft& how) {
    QImage layer = emptyLayer();
    QPainter painter(&layer);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setTransform(canvas.painter.transform());
    painter.fillPath(path, brush);
    painter.end();
    QPainterPath clip;
    if (how.inside) clip = canvas.painter.transform().map(*how.inside);
    drawLayer(canvas, blurred(layer, how.radius), how.inside ? &clip : nullptr);
}

void blurAll(Canvas& canvas, double radius) {
    const QImage copy = blurred(canvas.image.copy(), radius);
    drawLayer(canvas, copy, nullptr);
}

void mottle(Canvas& canvas, const QPainterPath& inside, const Mottle& how) {
    QImage layer = emptyLayer();
    const QPainterPath clip = canvas.painter.transform().map(inside);
    const double top = clip.boundingRect().top();
    for (int y = 0; y < kSide; ++y) {
        const double strength = how.fade > 0 ? how.strength * smoothStep(top, top + how.fade, y) : how.strength;
        auto* row = reinterpret_cast<QRgb*>(layer.scanLine(y));
        for (int x = 0; x < kSide; ++x) {
            const double noise = fractalNoise(x / how.width, y / how.height, how.seed);
            const double alpha =
                strength * smoothStep(how.threshold - how.softness, how.threshold + how.softness, noise);
            row[x] = qPremultiply(withAlpha(how.colour, alpha).rgba());
        }
    }
    drawLayer(canvas, layer, &clip);
}

void strokes(Canvas& canvas, const QPainterPath& inside, const Strokes& how) {
    const QRectF bounds = inside.boundingRect();
    const QTransform toImage = canvas.painter.transform();
    canvas.painter.save();
    if (how.edge == Edge::clipped) canvas.painter.setClipPath(inside, Qt::IntersectClip);
    for (int drawn = 0, tried = 0; drawn < how.count && tried < 20 * how.count; ++tried) {
        const QPointF from(canvas.random.uniform(bounds.left(), bounds.right()),
                           canvas.random.uniform(bounds.top(), bounds.bottom()));
        const double turn = canvas.random.bell(how.spread), length = how.length * canvas.random.uniform(0.6, 1.3);
        const double shade = canvas.random.bell(how.contrast);
        const QPoint pixel = toImage.map(from).toPoint();
        if (!inside.contains(from) || !canvas.image.valid(pixel)) continue;
        const double radians = (how.angle(from) + turn) * M_PI / 180;
        const QPointF along(std::cos(radians) * length, std::sin(radians) * length),
            across(-along.y() * 0.12, along.x() * 0.12);
        QPainterPath stroke(from);
        stroke.quadTo(from + along / 2 + across, from + along);
        canvas.painter.strokePath(stroke, QPen(withAlpha(lighter(canvas.image.pixelColor(pixel), shade), 0.75),
                                               how.width, Qt::SolidLine, Qt::RoundCap));
        ++drawn;
    }
    canvas.painter.restore();
}

}  // namespace mantissa::samples
