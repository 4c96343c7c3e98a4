#include <cmath>

#include "paint.h"
#include "scenes.h"

namespace mantissa::samples {
namespace {

const QColor kMantle(150, 160, 174), kWhite(248, 248, 246), kTip(34, 34, 40), kShade(112, 124, 150);

void eveningSky(Canvas& canvas) {
    fill(canvas, everywhere(),
         linear({0, 0}, {40, kSide},
                {{0, QColor(86, 128, 184)},
                 {0.45, QColor(142, 178, 212)},
                 {0.78, QColor(238, 216, 192)},
                 {1, QColor(246, 196, 150)}}));
    mottle(canvas, everywhere(),
           {.colour = QColor(255, 240, 224),
            .width = 300,
            .height = 80,
            .threshold = 0.6,
            .softness = 0.2,
            .strength = 0.6,
            .seed = 61});
    blurAll(canvas, 6);
}

QPainterPath nearWing() {
    QPainterPath path({208, 262});
    path.cubicTo({222, 206}, {262, 148}, {322, 122});
    path.cubicTo({372, 102}, {424, 84}, {478, 54});
    path.cubicTo({462, 104}, {420, 142}, {384, 170});
    path.cubicTo({350, 196}, {334, 236}, {304, 288});
    path.cubicTo({270, 312}, {220, 300}, {208, 262});
    return path;
}

QPainterPath farWing() {
    QPainterPath path({214, 270});
    path.cubicTo({206, 214}, {176, 160}, {142, 140});
    path.cubicTo({108, 122}, {70, 112}, {34, 88});
    path.cubicTo({46, 124}, {72, 150}, {96, 172});
    path.cubicTo({120, 196}, {144, 240}, {180, 276});
    path.cubicTo({196, 290}, {212, 288}, {214, 270});
    return path;
}

QPainterPath bodyShape() {
    return smooth({{112, 306},
                   {122, 286},
                   {148, 274},
                   {178, 274},
                   {230, 260},
                   {300, 274},
                   {356, 298},
                   {352, 316},
                   {300, 336},
                   {236, 346},
                   {180, 338},
                   {144, 326},
                   {122, 320}});
}

struct Segment {
    QPointF from, to;
};

/// Quills that begin along `leading` and end along `trailing`, as faint lines within the wing.
void quills(Canvas& canvas, const QPainterPath& wing, const Segment& leading, const Segment& trailing, QColor colour) {
    canvas.painter.save();
    canvas.painter.setClipPath(wing, Qt::IntersectClip);
    constexpr int kQuills = 15;
    for (int quill = 0; quill < kQuills; ++quill) {
        const double along = quill / (kQuills - 1.0);
        const QPointF start = leading.from + (leading.to - leading.from) * along,
                      end = trailing.from + (trailing.to - trailing.from) * along;
        QPainterPath line(start + (end - start) * 0.35);
        line.quadTo((start + end) / 2 + QPointF(5, -5), end);
        canvas.painter.strokePath(line, QPen(colour, 1.3));
    }
    canvas.painter.restore();
}

void wings(Canvas& canvas) {
    const QPainterPath far = farWing();
    fill(canvas, far,
         linear({40, 90}, {210, 280}, {{0, kTip}, {0.2, kTip}, {0.34, lighter(kShade, 0.35)}, {1, kShade}}));
    softFill(canvas, curve({{40, 96}, {100, 176}, {180, 280}, {150, 262}, {84, 180}}), withAlpha(kWhite, 0.8),
             {.radius = 7, .inside = &far});
    quills(canvas, far, {{204, 236}, {70, 108}}, {{184, 300}, {20, 96}}, withAlpha(QColor(60, 66, 84), 0.4));

    const QPainterPath near = nearWing();
    fill(canvas, near, linear({210, 260}, {330, 150}, {{0, lighter(kMantle, 0.25)}, {1, kMantle}}));
    // White along both edges, black at the tip with two white spots.
    softFill(canvas, smooth({{300, 300}, {336, 236}, {354, 196}, {392, 166}, {404, 176}, {350, 240}, {320, 306}}),
             kWhite, {.radius = 6, .inside = &near});
    softFill(canvas, smooth({{210, 250}, {240, 176}, {300, 126}, {390, 92}, {392, 102}, {306, 140}, {252, 190}}),
             withAlpha(kWhite, 0.9), {.radius = 4, .inside = &near});
    softFill(canvas, polygon({{408, 60}, {500, 30}, {500, 120}, {400, 180}, {382, 150}}), kTip,
             {.radius = 6, .inside = &near});
    for (const QPointF spot : {QPointF(452, 78), QPointF(434, 104)})
        fill(canvas, ellipse(spot, 8, 4, -34), withAlpha(kWhite, 0.9));
    quills(canvas, near, {{226, 246}, {420, 92}}, {{290, 330}, {510, 62}}, withAlpha(QColor(84, 92, 108), 0.4));
    const QPainterPath feathered = near.subtracted(polygon({{372, 60}, {512, 20}, {512, 140}, {390, 200}}));
    strokes(canvas, feathered,
            {.count = 600,
             .length = 18,
             .width = 1.3,
             .contrast = 0.07,
             .angle = [](QPointF p) { return p.x() > 330 ? 126.0 : 112.0; },
             .edge = Edge::clipped});
}

void bodyAndTail(Canvas& canvas) {
    const QPainterPath tail = smooth({{330, 290}, {372, 286}, {424, 292}, {430, 312}, {420, 330}, {370, 322}});
    fill(canvas, tail, linear({0, 286}, {0, 330}, {{0, kWhite}, {1, lighter(kShade, 0.45)}}));
    for (const double y : {300.0, 309.0, 318.0})
        canvas.painter.strokePath(curve({{356, y - 2}, {426, y}}), QPen(withAlpha(kShade, 0.55), 1.4));
    const QPainterPath body = bodyShape();
    fill(canvas, body, linear({0, 262}, {0, 346}, {{0, kWhite}, {0.55, kWhite}, {1, QColor(196, 196, 208)}}));
    softFill(canvas, smooth({{140, 330}, {220, 336}, {310, 318}, {350, 306}, {300, 350}, {200, 356}}),
             withAlpha(kShade, 0.75), {.radius = 10, .inside = &body});
    softFill(canvas, smooth({{208, 256}, {262, 262}, {316, 282}, {290, 298}, {232, 288}}), withAlpha(kMantle, 0.85),
             {.radius = 9, .inside = &body});
    strokes(canvas, body,
            {.count = 420,
             .length = 12,
             .width = 1.3,
             .contrast = 0.05,
             .angle = [](QPointF) { return 8.0; },
             .edge = Edge::clipped});
}

void head(Canvas& canvas) {
    fill(canvas, smooth({{118, 298}, {96, 300}, {76, 306}, {72, 316}, {80, 318}, {98, 314}, {120, 316}}),
         linear({0, 298}, {0, 318}, {{0, QColor(248, 200, 74)}, {1, QColor(206, 140, 34)}}));
    fill(canvas, ellipse({82, 314}, 5, 2.6), QColor(204, 60, 40));
    canvas.painter.strokePath(curve({{76, 312}, {98, 307}, {120, 308}}), QPen(QColor(150, 96, 28), 1.3));
    fill(canvas, ellipse({136, 294}, 7, 6), QColor(226, 190, 90));
    fill(canvas, ellipse({136, 294}, 4.6, 4.4), QColor(18, 16, 18));
    fill(canvas, ellipse({134.4, 292.4}, 1.5, 1.5), Qt::white);
}

}  // namespace

QImage drawGull() {
    Canvas canvas(23);
    eveningSky(canvas);
    canvas.painter.translate(0, 56);
    wings(canvas);
    bodyAndTail(canvas);
    head(canvas);
    return canvas.image;
}

}  // namespace mantissa::samples
