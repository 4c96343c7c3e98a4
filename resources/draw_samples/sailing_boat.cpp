#include "paint.h"
#include "scenes.h"

namespace mantissa::samples {
namespace {

constexpr double kHorizon = 330;
const QColor kHull(236, 238, 240), kBlue(30, 66, 122), kWood(166, 112, 62);

QPainterPath sea() { return polygon({{0, kHorizon}, {512, kHorizon}, {512, 512}, {0, 512}}); }

void coast(Canvas& canvas) {
    fill(canvas, everywhere(),
         linear({0, 0}, {0, kHorizon},
                {{0, QColor(82, 146, 206)}, {0.7, QColor(176, 210, 232)}, {1, QColor(230, 234, 228)}}));
    mottle(canvas, everywhere(),
           {.colour = Qt::white,
            .width = 230,
            .height = 90,
            .threshold = 0.57,
            .softness = 0.16,
            .strength = 0.85,
            .seed = 77});
    const QPainterPath hills =
        smooth({{300, 350}, {330, 318}, {390, 292}, {440, 300}, {490, 276}, {560, 268}, {560, 350}});
    fill(canvas, hills, linear({0, 270}, {0, 334}, {{0, QColor(118, 150, 140)}, {1, QColor(150, 172, 168)}}));
    mottle(canvas, hills,
           {.colour = QColor(84, 122, 98), .width = 60, .height = 22, .threshold = 0.52, .strength = 0.6, .seed = 78});
    fill(canvas, sea(),
         linear({0, kHorizon}, {0, 512},
                {{0, QColor(104, 168, 188)}, {0.3, QColor(44, 122, 158)}, {1, QColor(14, 72, 118)}}));
    blurAll(canvas, 3);
    mottle(canvas, sea(),
           {.colour = QColor(190, 226, 232),
            .width = 110,
            .height = 8,
            .threshold = 0.6,
            .softness = 0.1,
            .strength = 0.6,
            .seed = 79});
    mottle(canvas, sea(),
           {.colour = QColor(8, 52, 92),
            .width = 140,
            .height = 14,
            .threshold = 0.57,
            .softness = 0.12,
            .strength = 0.5,
            .seed = 80});
}

/// The sails' pale image on the water, broken up by the waves.
void reflection(Canvas& canvas) {
    const QPainterPath water = sea();
    softFill(canvas, smooth({{150, 398}, {386, 398}, {360, 440}, {300, 500}, {236, 500}, {178, 440}}),
             withAlpha(QColor(226, 238, 240), 0.5), {.radius = 14, .inside = &water});
    mottle(canvas, water,
           {.colour = QColor(26, 96, 138),
            .width = 90,
            .height = 8,
            .threshold = 0.54,
            .softness = 0.1,
            .strength = 0.8,
            .fade = 120,
            .seed = 81});
}

QPainterPath mainSail() {
    QPainterPath path({262, 54});
    path.cubicTo({318, 142}, {362, 230}, {386, 322});
    path.quadTo({322, 334}, {262, 330});
    path.closeSubpath();
    return path;
}

QPainterPath jib() {
    QPainterPath path({252, 84});
    path.cubicTo({214, 176}, {166, 262}, {112, 330});
    path.quadTo({182, 342}, {238, 326});
    path.cubicTo({232, 240}, {240, 160}, {252, 84});
    return path;
}

void sail(Canvas& canvas, const QPainterPath& shape, QPointF light, QPointF dark) {
    fill(canvas, shape,
         linear(light, dark, {{0, QColor(255, 255, 252)}, {0.55, QColor(240, 240, 236)}, {1, QColor(188, 198, 208)}}));
    canvas.painter.save();
    canvas.painter.setClipPath(shape);
    const QRectF box = shape.boundingRect();
    for (double y = box.top() + 40; y < box.bottom(); y += 38) {
        QPainterPath seam({box.left(), y});
        seam.quadTo({box.center().x(), y + 12}, {box.right(), y - 4});
        canvas.painter.strokePath(seam, QPen(withAlpha(QColor(120, 132, 146), 0.4), 1.2));
    }
    canvas.painter.restore();
}

void rig(Canvas& canvas) {
    const QPen stay(withAlpha(QColor(60, 64, 72), 0.8), 1.2);
    canvas.painter.strokePath(curve({{257, 40}, {100, 358}}), stay);
    canvas.painter.strokePath(curve({{257, 40}, {410, 356}}), stay);
    fill(canvas, polygon({{254, 36}, {260, 36}, {262, 362}, {253, 362}}),
         linear({253, 0}, {262, 0}, {{0, lighter(kWood, 0.3)}, {1, lighter(kWood, -0.4)}}));
    fill(canvas, rounded({258, 329, 136, 6}, 3), lighter(kWood, -0.15));
    sail(canvas, mainSail(), {270, 150}, {400, 260});
    sail(canvas, jib(), {140, 250}, {256, 240});
    fill(canvas, polygon({{257, 22}, {288, 30}, {257, 40}}), QColor(206, 48, 44));
}

void hull(Canvas& canvas) {
    QPainterPath shape({88, 356});
    shape.cubicTo({112, 384}, {136, 402}, {160, 408});
    shape.lineTo({392, 408});
    shape.cubicTo({408, 400}, {416, 378}, {420, 352});
    shape.cubicTo({330, 366}, {180, 368}, {88, 356});
    fill(canvas, rounded({214, 338, 112, 28}, 9),
         linear({0, 338}, {0, 364}, {{0, QColor(250, 250, 248)}, {1, QColor(198, 204, 210)}}));
    for (const double x : {228.0, 256.0, 284.0}) fill(canvas, rounded({x, 346, 18, 9}, 4), QColor(52, 74, 98));
    fill(canvas, shape,
         linear({0, 352}, {0, 410}, {{0, lighter(kBlue, 0.12)}, {0.6, kBlue}, {1, lighter(kBlue, -0.35)}}));
    canvas.painter.save();
    canvas.painter.setClipPath(shape);
    fill(canvas, polygon({{80, 394}, {440, 394}, {440, 401}, {80, 401}}), kHull);
    fill(canvas, polygon({{80, 401}, {440, 401}, {440, 412}, {80, 412}}), QColor(168, 44, 38));
    canvas.painter.restore();
    QPainterPath rail({88, 356});
    rail.cubicTo({180, 368}, {330, 366}, {420, 352});
    canvas.painter.strokePath(rail, QPen(kWood, 4, Qt::SolidLine, Qt::RoundCap));
    const QPainterPath foam =
        smooth({{128, 402}, {170, 404}, {280, 405}, {396, 402}, {430, 408}, {390, 413}, {270, 415}, {160, 414}});
    softFill(canvas, foam, withAlpha(Qt::white, 0.95), {.radius = 3});
}

}  // namespace

QImage drawSailingBoat() {
    Canvas canvas(24);
    coast(canvas);
    reflection(canvas);
    rig(canvas);
    hull(canvas);
    return canvas.image;
}

}  // namespace mantissa::samples
