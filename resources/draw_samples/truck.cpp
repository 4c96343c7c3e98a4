#include "paint.h"
#include "scenes.h"

namespace mantissa::samples {
namespace {

const QColor kCab(34, 92, 168), kChassis(36, 37, 42), kMetal(150, 156, 166);

void motorway(Canvas& canvas) {
    fill(canvas, everywhere(), linear({0, 0}, {0, 320}, {{0, QColor(146, 182, 216)}, {1, QColor(224, 232, 236)}}));
    mottle(canvas, everywhere(),
           {.colour = Qt::white,
            .width = 200,
            .height = 70,
            .threshold = 0.56,
            .softness = 0.18,
            .strength = 0.7,
            .seed = 3});
    fill(canvas,
         smooth({{-30, 340}, {-30, 250}, {60, 232}, {180, 252}, {330, 236}, {460, 250}, {550, 240}, {550, 340}}),
         QColor(96, 122, 84));
    mottle(canvas, polygon({{0, 240}, {512, 240}, {512, 330}, {0, 330}}),
           {.colour = QColor(62, 88, 56), .width = 50, .height = 26, .threshold = 0.52, .seed = 12});
    blurAll(canvas, 7);
    const QPainterPath road = polygon({{0, 330}, {512, 330}, {512, 512}, {0, 512}});
    fill(canvas, road, linear({0, 330}, {0, 512}, {{0, QColor(140, 140, 142)}, {1, QColor(94, 94, 100)}}));
    mottle(canvas, road,
           {.colour = QColor(168, 168, 168),
            .width = 34,
            .height = 6,
            .threshold = 0.56,
            .softness = 0.18,
            .strength = 0.3,
            .seed = 6});
    fill(canvas, polygon({{0, 330}, {512, 330}, {512, 335}, {0, 335}}), QColor(196, 190, 178));
    fill(canvas, polygon({{0, 470}, {512, 470}, {512, 480}, {0, 480}}), QColor(226, 222, 206));
}

void wheel(Canvas& canvas, QPointF centre, double radius) {
    fill(canvas, ellipse(centre, radius, radius),
         radial(centre, radius, {{0, QColor(60, 60, 64)}, {0.85, QColor(34, 34, 38)}, {1, QColor(14, 14, 16)}}));
    fill(canvas, ellipse(centre, radius * 0.52, radius * 0.52),
         linear(centre - QPointF(radius, radius) / 2, centre + QPointF(radius, radius) / 2,
                {{0, QColor(226, 230, 236)}, {1, QColor(100, 106, 116)}}));
    for (int bolt = 0; bolt < 6; ++bolt) {
        canvas.painter.save();
        canvas.painter.translate(centre);
        canvas.painter.rotate(60 * bolt);
        fill(canvas, ellipse({radius * 0.33, 0}, radius * 0.07, radius * 0.07), QColor(70, 74, 82));
        canvas.painter.restore();
    }
    fill(canvas, ellipse(centre, radius * 0.16, radius * 0.16), QColor(88, 94, 104));
}

QLinearGradient chrome(double top, double bottom) {
    return linear({0, top}, {0, bottom},
                  {{0, QColor(240, 244, 248)}, {0.4, QColor(150, 158, 170)}, {0.55, QColor(90, 98, 112)}, {1, kMetal}});
}

void trailer(Canvas& canvas) {
    fill(canvas, polygon({{214, 342}, {496, 342}, {496, 354}, {130, 364}, {130, 352}}), kChassis);
    const QRectF box(216, 126, 284, 212);
    fill(canvas, rounded(box, 5),
         linear(box.topLeft(), box.bottomLeft(),
                {{0, QColor(252, 252, 250)}, {0.6, QColor(232, 234, 236)}, {1, QColor(178, 184, 194)}}));
    for (double x = 234; x < 496; x += 19)
        canvas.painter.fillRect(QRectF(x, 134, 1.4, 196), withAlpha(QColor(110, 118, 130), 0.35));
    fill(canvas, polygon({{216, 286}, {500, 286}, {500, 302}, {216, 302}}), kCab);
    fill(canvas, rounded({214, 332, 288, 12}, 2), QColor(82, 86, 94));
    fill(canvas, rounded({214, 124, 288, 7}, 3), kMetal);
    for (double x = 238; x < 490; x += 50) fill(canvas, rounded({x, 335, 9, 5}, 2), QColor(246, 160, 40));
    fill(canvas, rounded({493, 312, 8, 18}, 2), QColor(214, 38, 34));
    for (const double x : {336.0, 352.0}) fill(canvas, rounded({x, 344, 6, 40}, 1), QColor(96, 100, 108));
    fill(canvas, rounded({330, 382, 34, 6}, 2), QColor(70, 74, 82));
}

QPainterPath cabShape() {
    QPainterPath body({34, 366});
    body.lineTo({32, 276});
    body.cubicTo({32, 258}, {40, 250}, {56, 247});
    body.lineTo({112, 236});
    body.lineTo({130, 176});
    body.cubicTo({132, 168}, {138, 164}, {146, 164});
    body.lineTo({204, 164});
    body.lineTo({204, 366});
    body.closeSubpath();
    return body;
}

void glazing(Canvas& canvas) {
    const QBrush glass = linear({120, 176}, {180, 240},
                                {{0, QColor(186, 212, 230)}, {0.5, QColor(74, 96, 118)}, {1, QColor(38, 48, 62)}});
    fill(canvas, polygon({{118, 234}, {134, 178}, {143, 176}, {131, 236}}), glass);
    fill(canvas, polygon({{136, 236}, {148, 180}, {176, 180}, {176, 236}}), glass);
    canvas.painter.strokePath(polygon({{132, 242}, {180, 242}, {180, 338}, {138, 338}}), QPen(lighter(kCab, -0.5), 2));
    fill(canvas, rounded({164, 256, 13, 5}, 2), QColor(214, 220, 228));
    fill(canvas, rounded({108, 194, 11, 36}, 4), QColor(40, 42, 48));
    canvas.painter.strokePath(curve({{118, 208}, {132, 204}}), QPen(QColor(40, 42, 48), 3));
}

void cab(Canvas& canvas) {
    const QPainterPath body = cabShape();
    QPainterPath deflector({140, 166});
    deflector.cubicTo({148, 138}, {170, 126}, {204, 122});
    deflector.lineTo({204, 166});
    deflector.closeSubpath();
    fill(canvas, deflector, linear({140, 122}, {204, 170}, {{0, lighter(kCab, 0.4)}, {1, lighter(kCab, 0.05)}}));
    fill(canvas, rounded({205, 96, 9, 250}, 4),
         linear({205, 0}, {214, 0}, {{0, QColor(238, 242, 246)}, {0.6, QColor(120, 128, 140)}, {1, kMetal}}));
    fill(canvas, body, linear({0, 164}, {0, 366}, {{0, lighter(kCab, 0.3)}, {0.45, kCab}, {1, lighter(kCab, -0.45)}}));
    softFill(canvas, polygon({{44, 256}, {116, 242}, {116, 250}, {44, 266}}), withAlpha(Qt::white, 0.6),
             {.radius = 4, .inside = &body});
    fill(canvas, polygon({{40, 300}, {204, 300}, {204, 307}, {40, 307}}), withAlpha(Qt::white, 0.9));
    glazing(canvas);
    for (double y = 262; y < 292; y += 7) fill(canvas, rounded({84, y, 26, 3}, 1), withAlpha(Qt::black, 0.4));
    fill(canvas, rounded({28, 262, 10, 84}, 4), chrome(262, 346));
    fill(canvas, rounded({40, 312, 17, 15}, 5), QColor(255, 248, 214));
    fill(canvas, rounded({22, 346, 34, 26}, 6), chrome(346, 372));
    fill(canvas, rounded({138, 342, 66, 28}, 12), chrome(342, 370));
    for (const double x : {152.0, 186.0}) fill(canvas, rounded({x, 342, 3, 28}, 1), withAlpha(Qt::black, 0.35));
}

}  // namespace

QImage drawTruck() {
    Canvas canvas(14);
    motorway(canvas);
    softFill(canvas, ellipse({262, 412}, 250, 15), withAlpha(Qt::black, 0.8), {.radius = 11});
    trailer(canvas);
    cab(canvas);
    fill(canvas, ellipse({92, 372}, 44, 42), lighter(kCab, -0.55));
    fill(canvas, ellipse({92, 376}, 40, 40), QColor(20, 20, 22));
    for (const double x : {92.0, 236.0, 300.0, 410.0, 474.0}) wheel(canvas, {x, 380}, 33);
    return canvas.image;
}

}  // namespace mantissa::samples
