"""Attributes that are worked out when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class lazy(Generic[T]):  # a decorator, written like the one that it replaces
    """``functools.cached_property`` without the lock that Python 3.11 takes for each object: what
    has such attributes here is made for one document and never shared between threads."""

    def __init__(self, read: Callable[[Any], T]) -> None:
        self._read, self._name, self.__doc__ = read, read.__name__, read.__doc__

    def __get__(self, owner: Any, kind: type) -> T:
        found = self._read(owner)
        object.__setattr__(owner, self._name, found)
        return found
