using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Parley.Dialogs;

/// <summary>Registers and runs callbacks: the lists that hang on dialogs and the two global ones, Loaded and Created.</summary>
internal sealed class DialogCallbacks
{
    private const DialogCallbackTypes Global = DialogCallbackTypes.Loaded | DialogCallbackTypes.Created;
    private const DialogCallbackTypes All = (DialogCallbackTypes)((1 << 15) - 1);

    private readonly ILogger _logger;
    private readonly CallbackList _loaded = new();
    private readonly CallbackList _created = new();

    /// <summary>Orders the loading of a dialog against the registration of a Loaded handler, so that each handler sees each dialog once.</summary>
    private readonly Lock _loading = new();

    public DialogCallbacks(ILoggerFactory? loggers) =>
        _logger = loggers?.CreateLogger("Parley.Dialogs.Callbacks") ?? (ILogger)NullLogger.Instance;

    /// <summary>All dialogs that exist: what a new Loaded handler is run for. Called under a lock that nothing else is taken in but the table's.</summary>
    public Func<IEnumerable<Dialog>>? Existing { get; set; }

    /// <summary>Whether a global handler of this type is there.</summary>
    public bool HasGlobal(DialogCallbackTypes type) => _loaded.Has(type) || _created.Has(type);

    /// <summary>See <see cref="IDialogApi.Register"/>.</summary>
    public bool Register(Dialog? dialog, DialogCallbackTypes types, DialogCallback callback, object? parameter, Action<object?>? free)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (types == DialogCallbackTypes.None || (types & ~All) != 0)
            throw new ArgumentException("No such callback type.", nameof(types));
        var registration = new CallbackRegistration(types, callback, parameter, free);
        if ((types & Global) == 0)
        {
            if (dialog is null)
                throw new ArgumentException($"{types} belongs to a dialog: give it.", nameof(dialog));
            return dialog.State != DialogState.Deleted && dialog.AddCallback(registration);
        }

        if (types is not (DialogCallbackTypes.Loaded or DialogCallbackTypes.Created))
            throw new ArgumentException("Loaded and Created are registered alone.", nameof(types));
        if (dialog is not null)
            throw new ArgumentException($"{types} belongs to no dialog: give none.", nameof(dialog));
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
        Dialog? outer = DialogModule.SetCurrent(dialog);
        list.Run(dialog, type, arguments, _logger);
        DialogModule.SetCurrent(outer);
    }

    /// <summary>A dialog comes into memory from a store or another node: puts it in the table and runs the Loaded handlers, each once.</summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="insert">Puts it in the table; false when it is there already, then nothing runs.</param>
    /// <returns>What <paramref name="insert"/> said.</returns>
    public bool Load(Dialog dialog, Func<Dialog, bool> insert)
    {
        CallbackRegistration? handlers;
        lock (_loading)
        {
            if (!insert(dialog))
                return false;
            handlers = _loaded.Head;
        }

        Dialog? outer = DialogModule.SetCurrent(dialog);
        _loaded.RunSince(handlers, dialog, DialogCallbackTypes.Loaded, new DialogCallbackArguments(DialogDirection.None), _logger);
        DialogModule.SetCurrent(outer);
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

    private bool RegisterLoaded(CallbackRegistration registration)
    {
        var dialogs = new List<Dialog>();
        lock (_loading)
        {
            if (!_loaded.Add(registration))
                return false;
            if (Existing is not null)
                dialogs.AddRange(Existing());
        }

        Dialog? outer = DialogModule.SetCurrent(null);
        foreach (Dialog dialog in dialogs)
        {
            DialogModule.SetCurrent(dialog);
            _loaded.RunOne(registration, dialog, new DialogCallbackArguments(DialogDirection.None), _logger);
        }

        DialogModule.SetCurrent(outer);
        return true;
    }
}
