#include "paint.h"
#include "scenes.h"

namespace mantissa::samples {
namespace {

const QColor kBelly(150, 160, 176), kLivery(38, 74, 140), kShadow(70, 80, 98);

void sky(Canvas& canvas) {
    fill(canvas, everywhere(),
         linear({0, 0}, {60, kSide},
                {{0, QColor(70, 128, 200)}, {0.6, QColor(134, 182, 228)}, {1, QColor(196, 220, 240)}}));
    mottle(canvas, everywhere(),
           {.colour = Qt::white,
            .width = 260,
            .height = 110,
            .threshold = 0.58,
            .softness = 0.2,
            .strength = 0.75,
            .seed = 21});
    mottle(canvas, everywhere(),
           {.colour = QColor(180, 198, 222),
            .width = 170,
            .height = 70,
            .threshold = 0.7,
            .softness = 0.14,
            .strength = 0.4,
            .seed = 5});
}

void engine(Canvas& canvas, QPointF centre, double size) {
    const QRectF pod(centre.x() - size, centre.y() - size * 0.36, size * 2, size * 0.72);
    fill(canvas, rounded(pod, size * 0.34),
         linear(pod.topLeft(), pod.bottomLeft(),
                {{0, QColor(236, 240, 246)}, {0.5, QColor(168, 178, 194)}, {1, QColor(84, 92, 110)}}));
    fill(canvas, ellipse({pod.left() + size * 0.12, centre.y()}, size * 0.12, size * 0.3), QColor(44, 50, 62));
}

void tail(Canvas& canvas) {
    fill(canvas, polygon({{392, 236}, {452, 128}, {492, 124}, {474, 244}}),
         linear({400, 240}, {490, 130}, {{0, lighter(kLivery, 0.2)}, {1, lighter(kLivery, -0.15)}}));
    fill(canvas, polygon({{420, 185}, {430, 167}, {486, 158}, {483, 182}}), QColor(214, 58, 52));
    fill(canvas, polygon({{418, 256}, {466, 252}, {508, 290}, {484, 292}}),
         linear({430, 250}, {500, 292}, {{0, QColor(214, 220, 228)}, {1, kShadow}}));
}

QPainterPath bodyShape() {
    return smooth({{28, 272},
                   {42, 250},
                   {86, 230},
                   {150, 222},
                   {280, 222},
                   {400, 226},
                   {486, 238},
                   {490, 248},
                   {430, 268},
                   {340, 292},
                   {240, 302},
                   {130, 302},
                   {64, 294},
                   {36, 284}});
}

void fuselage(Canvas& canvas) {
    const QPainterPath body = bodyShape();
    fill(canvas, body,
         linear({0, 222}, {0, 304},
                {{0, QColor(250, 252, 255)}, {0.45, QColor(232, 238, 246)}, {0.75, kBelly}, {1, kShadow}}));
    canvas.painter.save();
    canvas.painter.setClipPath(body);
    fill(canvas, polygon({{20, 266}, {500, 250}, {500, 256}, {20, 276}}), kLivery);
    for (double x = 96; x < 400; x += 13)
        fill(canvas, rounded({x, 252 - (x - 96) * 0.012, 6.5, 8}, 2.5), QColor(52, 66, 92));
    for (const double x : {88.0, 236.0, 384.0})
        fill(canvas, rounded({x - 4, 247, 8, 20}, 3), withAlpha(QColor(110, 120, 138), 0.7));
    fill(canvas, polygon({{44, 254}, {62, 240}, {82, 240}, {78, 252}}), QColor(34, 42, 58));
    canvas.painter.restore();
}

void farWing(Canvas& canvas) {
    fill(canvas, polygon({{212, 232}, {262, 232}, {352, 168}, {336, 164}}),
         linear({230, 236}, {350, 160}, {{0, QColor(190, 198, 210)}, {1, QColor(120, 132, 150)}}));
}

void nearWing(Canvas& canvas) {
    fill(canvas, polygon({{246, 312}, {300, 330}, {292, 346}, {240, 326}}), QColor(128, 138, 156));  // the pylon
    engine(canvas, {246, 334}, 36);
    const QPainterPath wing = smooth(
        {{170, 278}, {222, 271}, {276, 274}, {352, 330}, {424, 388}, {418, 402}, {384, 398}, {290, 346}, {214, 296}});
    const QPainterPath body = bodyShape();
    softFill(canvas, wing.translated(-6, 10), withAlpha(kShadow, 0.5), {.radius = 8, .inside = &body});
    fill(canvas, wing,
         linear({200, 272}, {400, 400},
                {{0, QColor(238, 242, 248)}, {0.5, QColor(190, 199, 213)}, {1, QColor(120, 131, 150)}}));
    softFill(canvas, polygon({{180, 284}, {224, 296}, {392, 402}, {380, 410}, {200, 310}}), withAlpha(kShadow, 0.6),
             {.radius = 5, .inside = &wing});
    canvas.painter.strokePath(curve({{268, 280}, {340, 334}, {404, 384}}), QPen(withAlpha(kShadow, 0.6), 1.6));
    fill(canvas, polygon({{404, 402}, {424, 390}, {432, 366}, {426, 364}}), kLivery);
}

}  // namespace

QImage drawAirplane() {
    Canvas canvas(11);
    sky(canvas);
    canvas.painter.translate(256, 256);
    canvas.painter.rotate(6);
    canvas.painter.translate(-262, -258);
    tail(canvas);
    farWing(canvas);
    fuselage(canvas);
    nearWing(canvas);
    canvas.painter.resetTransform();
    return canvas.image;
}

}  // namespace mantissa::samples
