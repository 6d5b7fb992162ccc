using Parley.Sip;

namespace Parley.Proxy;

/// <summary>The Routes that a request has still to travel, in order: the first one is the next hop. Valid as long as its context.</summary>
public readonly ref struct RouteList
{
    private readonly RouteState _state;
    private readonly SipMessage _request;

    internal RouteList(RouteState state, SipMessage request)
    {
        _state = state;
        _request = request;
    }

    /// <summary>How many there are.</summary>
    public int Count => _state?.RemainingCount ?? 0;

    /// <summary>One of them.</summary>
    /// <param name="index">0 is the next hop.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none at this index.</exception>
    public NameAddrView this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            _ = NameAddrView.TryParse(TextAt(index), out var value);
            return value;
        }
    }

    /// <summary>The whole value at an index, as it will stand in the Route header.</summary>
    /// <param name="index">0 is the next hop.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none at this index.</exception>
    public ReadOnlySpan<byte> TextAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return _state.IsReplaced ? _state.Replacement[index] : _state.RemainingAt(index).Text.In(_request);
    }

    /// <summary>Walks them from the next hop on.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks a <see cref="RouteList"/>.</summary>
    public ref struct Enumerator
    {
        private readonly RouteList _list;
        private int _index;

        internal Enumerator(RouteList list)
        {
            _list = list;
            _index = -1;
        }

        /// <summary>Goes to the next; false after the last.</summary>
        public bool MoveNext() => ++_index < _list.Count;

        /// <summary>The current one.</summary>
        public readonly NameAddrView Current => _list[_index];
    }
}
