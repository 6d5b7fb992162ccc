using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Parley.Dialogs;

/// <summary>Registers and runs callbacks: the lists that hang on dialogs and the two global ones, Loaded and Created.</summary>
internal sealed class DialogCallbacks
{
    private readonly ILogger _logger;
    private readonly CallbackList _loaded = new();
    private readonly CallbackList _created;

    /// <summary>Orders the loading of a dialog against the registration of a Loaded handler, so that each handler sees each dialog once.</summary>
    private readonly Lock _loading = new();

    /// <param name="loggers">Null: nothing is logged.</param>
    /// <param name="created">The list of <see cref="DialogCallbackTypes.Created"/>.</param>
    public DialogCallbacks(ILoggerFactory? loggers, CallbackList created)
    {
        _logger = loggers?.CreateLogger("Parley.Dialogs.Callbacks") ?? (ILogger)NullLogger.Instance;
        _created = created;
    }

    /// <summary>All dialogs that exist: what a new Loaded handler is run for. Called under a lock that nothing else is taken in but the table's.</summary>
    public Func<IEnumerable<Dialog>>? Existing { get; set; }

    /// <summary>Whether a global handler of this type is there.</summary>
    public bool HasGlobal(DialogCallbackTypes type) => _loaded.Has(type) || _created.Has(type);

    /// <summary>See <see cref="IDialogApi.Register"/>.</summary>
    public bool Register(Dialog? dialog, DialogCallbackTypes types, DialogCallback callback, object? parameter, Action<object?>? free)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (types == DialogCallbackTypes.None || (types & ~CallbackList.AllTypes) != 0)
            throw new ArgumentException("No such callback type.", nameof(types));
        if ((types & CallbackList.GlobalTypes) == 0)
            return dialog?.On(types, callback, parameter, free)
                ?? throw new ArgumentException($"{types} belongs to a dialog: give it.", nameof(dialog));

        if (types is not (DialogCallbackTypes.Loaded or DialogCallbackTypes.Created))
            throw new ArgumentException("Loaded and Created are registered alone.", nameof(types));
        if (dialog is not null)
            throw new ArgumentException($"{types} belongs to no dialog: give none.", nameof(dialog));
        var registration = new CallbackList.Registration(types, callback, parameter, free);
        return types == DialogCallbackTypes.Created ? _created.Add(registration) : RegisterLoaded(registration);
    }

    /// <summary>
    /// Runs the handlers of one type, last registered first, under no lock; what they throw is logged with the dialog.
    /// Allocates nothing; ask <see cref="Dialog.HasCallbacks"/> before preparing the arguments.
    /// </summary>
    public void Run(Dialog dialog, DialogCallbackTypes type, in DialogCallbackArguments arguments)
    {
        CallbackList? list = type == DialogCallbackTypes.Created ? _created : dialog.CallbackList;
        if (list is null)
            return;
        Dialog? outer = CurrentDialog.Set(dialog);
        list.Run(dialog, type, arguments, _logger);
        CurrentDialog.Set(outer);
    }

    /// <summary>A dialog comes into memory from a store or another node: puts it in the table and runs the Loaded handlers, each once.</summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="insert">Puts it in the table; false when it is there already, then nothing runs.</param>
    /// <returns>What <paramref name="insert"/> said.</returns>
    public bool Load(Dialog dialog, Func<Dialog, bool> insert)
    {
        CallbackList.Registration? handlers;
        lock (_loading)
        {
            if (!insert(dialog))
                return false;
            handlers = _loaded.Head;
        }

        Dialog? outer = CurrentDialog.Set(dialog);
        _loaded.RunSince(handlers, dialog, DialogCallbackTypes.Loaded, new DialogCallbackArguments(DialogDirection.None), _logger);
        CurrentDialog.Set(outer);
        return true;
    }

    /// <summary>After Destroy has run: the free actions once each; nothing runs or registers on this dialog any more.</summary>
    public void Free(Dialog dialog) => dialog.TakeCallbacks()?.Close(_logger);

    /// <summary>The module goes: no global registration any more, the free actions of the global ones once each.</summary>
    public void Shutdown()
    {
        _created.Close(_logger);
        _loaded.Close(_logger);
    }

    private bool RegisterLoaded(CallbackList.Registration registration)
    {
        var dialogs = new List<Dialog>();
        lock (_loading)
        {
            if (!_loaded.Add(registration))
                return false;
            if (Existing is not null)
                dialogs.AddRange(Existing());
        }

        Dialog? outer = CurrentDialog.Set(null);
        foreach (Dialog dialog in dialogs)
        {
            CurrentDialog.Set(dialog);
            _loaded.RunOne(registration, dialog, new DialogCallbackArguments(DialogDirection.None), _logger);
        }

        CurrentDialog.Set(outer);
        return true;
    }
}
