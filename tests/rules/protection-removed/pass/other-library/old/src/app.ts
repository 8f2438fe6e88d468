export const app = express();
app.use(helmet());
