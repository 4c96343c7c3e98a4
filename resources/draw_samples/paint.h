#pragma once

#include <QColor>
#include <QImage>
#include <QLinearGradient>
#include <QPainter>
#include <QPainterPath>
#include <QRadialGradient>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <utility>

namespace mantissa::samples {

/// Width and height of every sample picture, in pixels; the drawings' coordinates run from 0 to here.
inline constexpr int kSide = 512;

/// Repeatable random numbers (SplitMix64, Steele, Lea and Flood 2014): the standard library's distributions may differ
/// from one compiler to the next, and the pictures must not.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    double uniform(double low, double high);
    double bell(double spread);  ///< mean 0, about ±spread; the sum of three uniform numbers

  private:
    std::uint64_t next();
    std::uint64_t state_;
};

/// The picture being drawn.
struct Canvas {
    explicit Canvas(std::uint64_t seed);
    Canvas(const Canvas&) = delete;
    Canvas& operator=(const Canvas&) = delete;

    QImage image;
    QPainter painter;
    Random random;
};

using Stops = std::initializer_list<std::pair<double, QColor>>;

QLinearGradient linear(QPointF from, QPointF to, Stops stops);
QRadialGradient radial(QPointF centre, double radius, Stops stops);
QColor withAlpha(QColor colour, double alpha);               ///< alpha 0 … 1
QColor lighter(QColor colour, double amount);                ///< adds `amount` (−1 … 1) of white (black where negative)
QPainterPath smooth(std::initializer_list<QPointF> points);  ///< closed curve through the points (Catmull–Rom)
QPainterPath curve(std::initializer_list<QPointF> points);   ///< the same, open
QPainterPath polygon(std::initializer_list<QPointF> points);
QPainterPath ellipse(QPointF centre, double radiusX, double radiusY, double degrees = 0);
QPainterPath rounded(QRectF rectangle, double radius);
QPainterPath mirrored(const QPainterPath& path, double x);  ///< about the vertical line at x
QPainterPath everywhere();                                  ///< the whole picture

void fill(Canvas& canvas, const QPainterPath& path, const QBrush& brush);

/// Fills `path` with blurred edges of about `radius` pixels: shadows, highlights, blush.
struct Soft {
    double radius = 12;
    const QPainterPath* inside = nullptr;  ///< nothing is painted outside this path
};
void softFill(Canvas& canvas, const QPainterPath& path, const QBrush& brush, const Soft& how);

/// Blurs all that is painted so far, as a lens does with what is far behind the subject.
void blurAll(Canvas& canvas, double radius);

/// Smooth irregular patches of one colour (fractal value noise): clouds, foliage, water, coat patterns.
struct Mottle {
    QColor colour;
    double width = 60;  ///< of the largest patches, px
    double height = 60;
    double threshold = 0.5;  ///< 0 … 1: how much stays bare
    double softness = 0.15;  ///< of the patches' edges, in the same scale
    double strength = 1;     ///< alpha where a patch is densest
    double fade = 0;         ///< the patches grow to that strength over so many pixels below the top of the area
    std::uint32_t seed = 1;
};
void mottle(Canvas& canvas, const QPainterPath& inside, const Mottle& how);

/// Whether a stroke that begins inside an outline may end beyond it.
enum class Edge { shaggy, clipped };

/// Short strokes that take up the colour beneath them, a little lighter or darker: fur, grass, feathers, bark.
struct Strokes {
    int count = 500;
    double length = 14;
    double width = 1.5;
    double contrast = 0.12;                ///< how far a stroke's lightness may be from what is beneath
    std::function<double(QPointF)> angle;  ///< direction in degrees, 0 to the right, 90 down
    double spread = 12;                    ///< how far single strokes turn away from it, degrees
    Edge edge = Edge::shaggy;
};
void strokes(Canvas& canvas, const QPainterPath& inside, const Strokes& how);

}  // namespace mantissa::samples
