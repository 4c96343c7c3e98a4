#include "paint.h"
#include "scenes.h"

namespace mantissa::samples {
namespace {

const QColor kCab(214, 112, 24), kMetal(150, 156, 166);

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

void trailer(Canvas& canvas) {
    const QRectF box(150, 106, 344, 234);
    fill(canvas, rounded(box, 5),
         linear(box.topLeft(), box.bottomLeft(),
                {{0, QColor(250, 250, 248)}, {0.6, QColor(224, 226, 230)}, {1, QColor(170, 176, 186)}}));
    for (double x = 166; x < 490; x += 18)
        canvas.painter.fillRect(QRectF(x, 112, 1.6, 222), withAlpha(QColor(110, 118, 130), 0.35));
    fill(canvas, polygon({{150, 246}, {494, 216}, {494, 254}, {150, 292}}), QColor(46, 92, 152));
    fill(canvas, polygon({{150, 296}, {494, 258}, {494, 268}, {150, 308}}), kCab);
    fill(canvas, rounded({148, 334, 350, 14}, 2), QColor(70, 74, 82));
    fill(canvas, rounded({148, 104, 350, 8}, 3), kMetal);
    fill(canvas, rounded({240, 348, 110, 24}, 3), QColor(92, 98, 108));
    fill(canvas, rounded({486, 318, 10, 16}, 2), QColor(220, 40, 34));
}

void cab(Canvas& canvas) {
    QPainterPath body({18, 386});
    body.lineTo({16, 296});
    body.cubicTo({16, 270}, {24, 262}, {30, 250});
    body.lineTo({52, 164});
    body.cubicTo({56, 152}, {64, 148}, {78, 148});
    body.lineTo({142, 148});
    body.lineTo({142, 386});
    body.closeSubpath();
    fill(canvas, body, linear({0, 148}, {0, 386}, {{0, lighter(kCab, 0.3)}, {0.4, kCab}, {1, lighter(kCab, -0.4)}}));
    fill(canvas, polygon({{60, 148}, {84, 122}, {142, 110}, {142, 148}}),
         linear({60, 110}, {142, 148}, {{0, lighter(kCab, 0.4)}, {1, lighter(kCab, 0.05)}}));
    const QBrush glass = linear({50, 176}, {130, 250},
                                {{0, QColor(176, 202, 222)}, {0.5, QColor(66, 86, 106)}, {1, QColor(36, 46, 60)}});
    fill(canvas, polygon({{72, 176}, {128, 176}, {128, 240}, {58, 240}}), glass);
    fill(canvas, polygon({{58, 176}, {64, 176}, {48, 240}, {38, 246}}), QColor(44, 56, 72));
    canvas.painter.strokePath(polygon({{52, 250}, {134, 250}, {134, 352}, {58, 352}}), QPen(lighter(kCab, -0.45), 2));
    fill(canvas, rounded({112, 268, 18, 6}, 3), lighter(kCab, -0.55));
    fill(canvas, rounded({32, 192, 14, 44}, 4), QColor(40, 42, 48));
    fill(canvas, rounded({14, 300, 16, 26}, 5), QColor(252, 246, 214));
    fill(canvas, rounded({10, 352, 60, 36}, 6),
         linear({0, 352}, {0, 388}, {{0, QColor(206, 210, 216)}, {1, QColor(108, 114, 124)}}));
    fill(canvas, rounded({142, 330, 40, 40}, 3), QColor(58, 62, 70));
    fill(canvas, rounded({140, 132, 10, 208}, 2), QColor(96, 102, 112));
}

}  // namespace

QImage drawTruck() {
    Canvas canvas(14);
    motorway(canvas);
    softFill(canvas, ellipse({256, 418}, 252, 18), withAlpha(Qt::black, 0.8), {.radius = 12});
    fill(canvas, polygon({{30, 366}, {490, 348}, {490, 388}, {30, 394}}), QColor(30, 30, 34));
    trailer(canvas);
    cab(canvas);
    fill(canvas, ellipse({98, 378}, 44, 42), QColor(20, 20, 22));
    for (const double x : {98.0, 206.0, 384.0, 454.0}) wheel(canvas, {x, 384}, 36);
    return canvas.image;
}

}  // namespace mantissa::samples
