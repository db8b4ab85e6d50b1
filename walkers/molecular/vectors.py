"""Vector instructions for the tests of ``lanes``: the same numbers, all lanes at once.

The compiler does not find these vectors in loops (measured: it takes twice the time of a whole
flight), so they are written down. Only + − × ÷ and comparisons, each rounded as in Python.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

N_CHILDREN = 8
"""Boxes of a node: one vector of single precision."""

N_LANES = 4
"""Triangles of a packet: one vector of double precision."""

LINE = 64
"""Bytes that the processor fetches at once."""

N_LINES = 4
"""Lines fetched ahead: all of a node, most of a packet."""


class _Vectors:
    """Instructions on vectors of n numbers, of a row of an array each."""

    def __init__(self, context: Any, builder: Any, number: types.Float, n: int) -> None:
        self.context, self.builder, self.n = context, builder, n
        self.kind = ir.VectorType(context.get_value_type(number), n)
        self.bytes = number.bitwidth // 8

    def array(self, kind: types.Array, value: Any) -> Any:
        """First element of an array."""
        return self.context.make_array(kind)(self.context, self.builder, value).data

    def load(self, first: Any, row: Any) -> Any:
        """Row number ``row`` of an array that begins at ``first``."""
        place = self.builder.gep(first, [self.builder.mul(row, _whole(self.n))])
        return self.builder.load(self._vector_at(place), align=self.bytes)

    def store(self, vector: Any, first: Any) -> None:
        """Fill an array of n numbers."""
        self.builder.store(vector, self._vector_at(first), align=self.bytes)

    def _vector_at(self, place: Any) -> Any:
        return self.builder.bitcast(place, self.kind.as_pointer())

    def all(self, number: Any) -> Any:
        """Vector of the same number n times."""
        nothing = ir.Constant(self.kind, ir.Undefined)
        one = self.builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), self.n), [0] * self.n)
        return self.builder.shuffle_vector(one, nothing, zeros)

    def three(self, numbers: Any) -> list[Any]:
        """Vectors of each of three numbers."""
        return [self.all(self.builder.extract_value(numbers, axis)) for axis in range(3)]

    def larger(self, x: Any, y: Any) -> Any:
        """Take the larger numbers of two vectors: x unless y is larger, as Python's max(x, y)."""
        return self.builder.select(self.builder.fcmp_ordered(">", y, x), y, x)

    def smaller(self, x: Any, y: Any) -> Any:
        """Take the smaller numbers of two vectors: x unless y is smaller, as Python's min(x, y)."""
        return self.builder.select(self.builder.fcmp_ordered("<", y, x), y, x)

    def mask(self, condition: Any) -> Any:
        """Whole number whose bits say in which lanes a condition holds."""
        bits = self.builder.bitcast(condition, ir.IntType(self.n))
        return self.builder.zext(bits, ir.IntType(64))


def _whole(number: int) -> Any:
    return ir.Constant(ir.IntType(64), number)


@intrinsic
def boxes_at_once(typing, boxes, node, x, y, z, o, i, start, limit, nears):
    """Do what ``boxes_in_turn`` does."""

    def generate(context, builder, signature, arguments):
        boxes, node, x, y, z, o, i, start, limit, nears = arguments
        vectors = _Vectors(context, builder, types.float32, N_CHILDREN)
        first = vectors.array(signature.args[0], boxes)
        row = builder.mul(node, _whole(8))
        o, i = vectors.three(o), vectors.three(i)
        near, far = vectors.all(start), vectors.all(limit)
        for axis, side in enumerate((x, y, z)):
            other = builder.sub(_whole(3 + 2 * axis), side)
            low = vectors.load(first, builder.add(row, side))
            high = vectors.load(first, builder.add(row, other))
            near = vectors.larger(near, builder.fmul(builder.fsub(low, o[axis]), i[axis]))
            far = vectors.smaller(far, builder.fmul(builder.fsub(high, o[axis]), i[axis]))
        vectors.store(near, vectors.array(signature.args[9], nears))
        return vectors.mask(builder.fcmp_ordered("<=", near, far))

    whole, flat = types.int64, types.UniTuple(types.float32, 3)
    single = types.float32
    return whole(boxes, whole, whole, whole, whole, flat, flat, single, single, nears), generate


@intrinsic
def triangles_at_once(typing, packets, packet, a, b, c, o, s, start, limit, distances):
    """Do what ``triangles_in_turn`` does."""

    def generate(context, builder, signature, arguments):
        packets, packet, a, b, c, o, s, start, limit, distances = arguments
        vectors = _Vectors(context, builder, types.float64, N_LANES)
        first = vectors.array(signature.args[0], packets)
        o, s = vectors.three(o), vectors.three(s)
        mul, add, sub = builder.fmul, builder.fadd, builder.fsub
        corners = []
        for corner in range(3):
            row = builder.add(builder.mul(packet, _whole(10)), _whole(3 * corner))
            z = sub(vectors.load(first, builder.add(row, c)), o[2])
            x = sub(sub(vectors.load(first, builder.add(row, a)), o[0]), mul(s[0], z))
            y = sub(sub(vectors.load(first, builder.add(row, b)), o[1]), mul(s[1], z))
            corners.append((x, y, z))
        (ax, ay, az), (bx, by, bz), (cx, cy, cz) = corners
        u = sub(mul(cx, by), mul(cy, bx))
        v = sub(mul(ax, cy), mul(ay, cx))
        w = sub(mul(bx, ay), mul(by, ax))
        size = add(add(u, v), w)
        depth = add(add(mul(u, az), mul(v, bz)), mul(w, cz))
        distance = builder.fdiv(mul(s[2], depth), size)
        vectors.store(distance, vectors.array(signature.args[9], distances))
        zero = vectors.all(ir.Constant(ir.DoubleType(), 0.0))
        met = builder.fcmp_ordered(">=", vectors.smaller(vectors.smaller(u, v), w), zero)
        met = builder.and_(met, builder.fcmp_ordered(">", size, zero))
        met = builder.and_(met, builder.fcmp_ordered(">", distance, vectors.all(start)))
        met = builder.and_(met, builder.fcmp_ordered("<", distance, vectors.all(limit)))
        return vectors.mask(met)

    whole, flat = types.int64, types.UniTuple(types.float64, 3)
    double = types.float64
    return (
        whole(packets, whole, whole, whole, whole, flat, flat, double, double, distances),
        generate,
    )


@intrinsic
def fetch_at_once(typing, array, item, n_bytes):
    """Ask the memory for an item of an array before it is looked at; changes no number."""

    def generate(context, builder, signature, arguments):
        array, item, n_bytes = arguments
        pointer, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer, flag, flag, flag])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [pointer], kind)
        first = context.make_array(signature.args[0])(context, builder, array).data
        first = builder.gep(builder.bitcast(first, pointer), [builder.mul(item, n_bytes)])
        for line in range(N_LINES):
            place = builder.gep(first, [_whole(LINE * line)])
            # For reading, to be kept as near as can be, and as data.
            builder.call(fetch, [place, *(ir.Constant(flag, value) for value in (0, 3, 1))])
        return context.get_dummy_value()

    return types.none(array, types.int64, types.int64), generate
