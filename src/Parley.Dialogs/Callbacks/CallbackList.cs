using Microsoft.Extensions.Logging;

namespace Parley.Dialogs;

/// <summary>
/// The callbacks of one dialog, or of one global type: last registered, first run. Without a lock: registering links a new head by
/// compare-and-swap, running walks from the head it saw, and the free actions run exactly once, by the thread that leaves last after
/// <see cref="Close"/>: never while a handler of the list is still running on some thread.
/// </summary>
internal sealed class CallbackList
{
    // Stands at the head of a list that was freed. Before Gone: initialisers run from top to bottom.
    private static readonly Registration End = new(DialogCallbackTypes.None, null, null, null);

    /// <summary>The list of a dialog that is gone: nothing can be registered.</summary>
    public static readonly CallbackList Gone = MakeGone();

    /// <summary>The types that belong to no dialog.</summary>
    public const DialogCallbackTypes GlobalTypes = DialogCallbackTypes.Loaded | DialogCallbackTypes.Created;

    public const DialogCallbackTypes AllTypes = (DialogCallbackTypes)((1 << 15) - 1);

    private const int ClosedBit = int.MinValue;

    private Registration? _head;
    private int _types;

    /// <summary>How many threads are inside <see cref="Run"/>, and <see cref="ClosedBit"/>.</summary>
    private int _state;

    /// <summary>Whether any registration asks for one of these types.</summary>
    public bool Has(DialogCallbackTypes types) => (Volatile.Read(ref _types) & (int)types) != 0;

    /// <summary>Links a registration in front of the others; false when the list has been freed.</summary>
    public bool Add(Registration registration)
    {
        Interlocked.Or(ref _types, (int)registration.Types); // first, so that a thread that sees the registration does not miss its type
        Registration? head = Volatile.Read(ref _head);
        while (!ReferenceEquals(head, End))
        {
            registration.Next = head;
            Registration? seen = Interlocked.CompareExchange(ref _head, registration, head);
            if (ReferenceEquals(seen, head))
                return true;
            head = seen;
        }

        return false;
    }

    /// <summary>Runs the handlers of one type that are registered now. One registered meanwhile is for the next moment.</summary>
    public void Run(Dialog dialog, DialogCallbackTypes type, in DialogCallbackArguments arguments, ILogger logger)
    {
        if (!Has(type) || !TryEnter())
            return;
        try
        {
            RunFrom(Volatile.Read(ref _head), dialog, type, arguments, logger);
        }
        finally
        {
            if (Interlocked.Decrement(ref _state) == ClosedBit)
                Free(logger);
        }
    }

    /// <summary>Runs one registration alone; for <see cref="DialogCallbackTypes.Loaded"/>.</summary>
    public void RunOne(Registration registration, Dialog dialog, in DialogCallbackArguments arguments, ILogger logger)
    {
        if (!TryEnter())
            return;
        DialogCallbackParameters parameters = DialogCallbackParameters.Rent(arguments);
        Invoke(registration, dialog, registration.Types, parameters, logger);
        parameters.Return();
        if (Interlocked.Decrement(ref _state) == ClosedBit)
            Free(logger);
    }

    /// <summary>The newest registration, to run from there later; null when there is none.</summary>
    public Registration? Head => Volatile.Read(ref _head);

    /// <summary>What a registration of this list was given, when it is of this type; null when none was.</summary>
    public T? FindParameter<T>()
        where T : class
    {
        for (Registration? registration = Head; registration is not null; registration = registration.Next)
            if (registration.Value is T found)
                return found;
        return null;
    }

    /// <summary>Runs from a head that was read earlier, so that registrations after that moment are left out.</summary>
    public void RunSince(Registration? head, Dialog dialog, DialogCallbackTypes type, in DialogCallbackArguments arguments, ILogger logger)
    {
        if (head is null || !TryEnter())
            return;
        RunFrom(head, dialog, type, arguments, logger);
        if (Interlocked.Decrement(ref _state) == ClosedBit)
            Free(logger);
    }

    /// <summary>No handler runs from now on; the free actions run now, or when the last handler that is running returns.</summary>
    public void Close(ILogger logger)
    {
        if (Interlocked.Or(ref _state, ClosedBit) == 0)
            Free(logger);
    }

    private static CallbackList MakeGone()
    {
        var list = new CallbackList { _state = ClosedBit };
        list.Free(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        return list;
    }

    private static void RunFrom(
        Registration? first,
        Dialog dialog,
        DialogCallbackTypes type,
        in DialogCallbackArguments arguments,
        ILogger logger
    )
    {
        DialogCallbackParameters parameters = DialogCallbackParameters.Rent(arguments);
        for (Registration? registration = first; registration is not null; registration = registration.Next)
        {
            if ((registration.Types & type) != 0)
                Invoke(registration, dialog, type, parameters, logger);
        }

        parameters.Return();
    }

    private static void Invoke(
        Registration registration,
        Dialog dialog,
        DialogCallbackTypes type,
        DialogCallbackParameters parameters,
        ILogger logger
    )
    {
        parameters.Attach(registration);
        try
        {
            registration.Handler!(dialog, type, parameters);
        }
        catch (Exception failure)
        {
            CallbackLog.HandlerFailed(logger, type, dialog.Id, failure);
        }
    }

    private bool TryEnter()
    {
        int state = Volatile.Read(ref _state);
        while (state >= 0)
        {
            int seen = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (seen == state)
                return true;
            state = seen;
        }

        return false;
    }

    private void Free(ILogger logger)
    {
        Registration? registration = Interlocked.Exchange(ref _head, End);
        for (; registration is not null && !ReferenceEquals(registration, End); registration = registration.Next)
        {
            try
            {
                registration.Free?.Invoke(registration.Value);
            }
            catch (Exception failure)
            {
                CallbackLog.FreeFailed(logger, failure);
            }
        }
    }

    /// <summary>One registration: a link of the list.</summary>
    internal sealed class Registration(DialogCallbackTypes types, DialogCallback? handler, object? parameter, Action<object?>? free)
        : CallbackParameter(parameter)
    {
        public readonly DialogCallbackTypes Types = types;
        public readonly DialogCallback? Handler = handler;
        public readonly Action<object?>? Free = free;

        /// <summary>The one registered before; set once, before this one is published.</summary>
        public Registration? Next;
    }
}
